package io.kairos.dist.workshop;

import io.kairos.host.Output;
import java.util.function.Predicate;

/**
 * A question to a running node, and what its answer has to be.
 *
 * @param claim what holds on a node that is as it should be
 * @param line for the shell of the node
 * @param holds decides from the answer
 */
public record NodeCheck(String claim, String line, Predicate<Output> holds) {
  /** The line prints exactly this. */
  public static NodeCheck prints(String claim, String line, String expected) {
    return new NodeCheck(claim, line, output -> output.text().equals(expected));
  }

  /** The line succeeds. */
  public static NodeCheck succeeds(String claim, String line) {
    return new NodeCheck(claim, line, Output::succeeded);
  }

  /** The line fails and says this. */
  public static NodeCheck failsSaying(String claim, String line, String reason) {
    return new NodeCheck(
        claim, line, output -> !output.succeeded() && output.stderr().contains(reason));
  }

  /**
   * How it came out.
   *
   * @param answer what the node said, in one line
   */
  public record Result(NodeCheck check, boolean holds, String answer) {}

  public Result judge(Output output) {
    String said = (output.stdout() + output.stderr()).strip().replaceAll("\\s*\\n\\s*", " | ");
    return new Result(this, holds.test(output), said);
  }
}
