package io.kairos.kubernetes;

import static org.junit.jupiter.api.Assumptions.abort;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.Host;
import java.nio.file.Path;

/** What the tests that start something need; without it they are skipped and say why. */
final class BuiltProgram {
  private BuiltProgram() {}

  static Path orSkip(Host host) {
    try {
      return KubernetesProgram.built(host);
    } catch (HostFailure e) {
      return abort(e.getMessage());
    }
  }

  static Path withNodesOrSkip(Host host) {
    try {
      NodePrograms.check(host);
    } catch (Refused e) {
      abort(e.getMessage());
    }
    return orSkip(host);
  }
}
