package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.operator.rollout.RolloutListener;
import io.kairos.operator.rollout.RolloutReport;
import java.io.PrintStream;

/** For whoever reads changes one after the other; trouble goes beside them. */
abstract class RolloutStream implements RolloutListener {
  final PrintStream out;
  private final PrintStream err;

  RolloutStream(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /**
   * @throws HostFailure when the reader has gone
   */
  final void requireReader(RolloutReport now) {
    if (out.checkError()) {
      throw new HostFailure("nobody reads this any more; " + RolloutText.title(now) + " goes on");
    }
  }

  @Override
  public final void lost(String why) {
    err.println(RolloutText.lost(why));
  }

  @Override
  public final void regained() {
    err.println("the API server answers again");
  }
}
