package io.kairos.operator;

import io.kairos.base.InvalidConfig;
import io.kairos.operator.process.JsonLog;
import io.kairos.operator.process.OperatorProcess;
import java.util.List;
import java.util.Optional;

/** Starts the operator; {@code /manager} in its image. */
public final class OperatorMain {
  private static final int MISUSED = 2;

  private OperatorMain() {}

  public static void main(String[] args) {
    if (List.of(args).stream().anyMatch(word -> word.matches("--?h(elp)?"))) {
      System.out.print(OperatorOptions.help());
      return;
    }
    parsed(args).ifPresentOrElse(OperatorMain::run, () -> System.exit(MISUSED));
  }

  private static void run(OperatorOptions options) {
    JsonLog.install(System.err, options.logLevel(), options.textLogs());
    var process =
        OperatorProcess.start(options, OperatorEnvironment.ofProcess(), ControllerModules.ALL);
    Runtime.getRuntime().addShutdownHook(new Thread(process::close, "stop"));
    process.awaitEnd();
  }

  private static Optional<OperatorOptions> parsed(String[] args) {
    try {
      return Optional.of(OperatorOptions.parse(List.of(args)));
    } catch (InvalidConfig e) {
      System.err.println(e.getMessage());
      return Optional.empty();
    }
  }
}
