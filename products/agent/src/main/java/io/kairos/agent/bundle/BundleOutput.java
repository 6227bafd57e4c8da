package io.kairos.agent.bundle;

import io.kairos.plan.StepProgress;
import java.io.PrintStream;

/** What bundles say while they are installed, a line each; octets of layers are no news. */
public record BundleOutput(PrintStream out) implements StepProgress {
  @Override
  public void done(long amount, long total) {}

  @Override
  public void detail(String line) {
    out.println(line);
  }
}
