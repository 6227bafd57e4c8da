package io.kairos.agent.extension;

import io.kairos.images.Digest;
import io.kairos.plan.Step;
import java.nio.file.Path;

/** What installing extensions does to a node, as values. */
sealed interface ExtensionStep extends Step {
  /** Brings the files to a folder of their own. */
  record Fetch(ExtensionSource source, Path aside) implements ExtensionStep {
    @Override
    public String summary() {
      return "fetch " + source;
    }
  }

  /** The one file has that digest. */
  record Verify(Digest digest) implements ExtensionStep {
    @Override
    public String summary() {
      return "verify " + digest;
    }
  }

  /** Gives the files their place in the store, each at once. */
  record Publish(Path store) implements ExtensionStep {
    @Override
    public String summary() {
      return "put it into " + store;
    }
  }
}
