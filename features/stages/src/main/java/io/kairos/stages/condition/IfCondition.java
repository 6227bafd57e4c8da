package io.kairos.stages.condition;

import io.kairos.stages.StepContext;
import io.kairos.stages.action.Shell;
import java.util.Optional;

/** {@code if}: a shell command succeeds. */
record IfCondition(String command) implements Condition {
  @Override
  public Optional<String> obstacle(StepContext context) {
    var output = Shell.run(context.host(), context.render(command));
    return output.succeeded()
        ? Optional.empty()
        : Optional.of("if statement (" + command.strip() + "): exit status " + output.exitCode());
  }

  @Override
  public Optional<String> foreseen(StepContext context) {
    return Optional.empty();
  }

  @Override
  public String described() {
    return "if: " + command.strip();
  }
}
