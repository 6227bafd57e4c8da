package io.kairos.dist.cli;

import io.kairos.base.InvalidConfig;
import io.kairos.base.KairosException;
import io.kairos.base.Problem;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Collectors;

/** Failures as people read them: what, where, and what to do. */
public final class ErrorText {
  private ErrorText() {}

  public static String of(Problem problem) {
    return "error: " + problem.render() + "\n";
  }

  public static String of(RuntimeException failure) {
    return switch (failure) {
      case InvalidConfig invalid when !invalid.problems().isEmpty() ->
          invalid.problems().stream().map(ErrorText::of).collect(Collectors.joining());
      case KairosException expected -> "error: " + expected.getMessage() + "\n";
      default -> bug(failure);
    };
  }

  private static String bug(RuntimeException failure) {
    var trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace, true));
    return "error: this is a bug in kairos, please report it with the lines below\n" + trace;
  }
}
