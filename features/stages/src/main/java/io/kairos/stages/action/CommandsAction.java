package io.kairos.stages.action;

import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.host.Output;
import io.kairos.stages.StepContext;
import java.util.List;
import java.util.Optional;

/** {@code commands}: runs shell commands, each a template; a failure does not stop the next. */
final class CommandsAction implements Action {
  private static final int QUOTED = 2000;

  private record Commands(List<String> lines) implements Work {
    @Override
    public String summary() {
      return "commands: " + lines.size();
    }

    @Override
    public void perform(StepContext context) {
      context.each(lines, line -> run(context, line));
    }
  }

  @Override
  public List<String> keys() {
    return List.of("commands");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.texts("commands", "shell commands to run")
        .optional()
        .filter(list -> !list.isEmpty())
        .map(Commands::new);
  }

  private static void run(StepContext context, String line) {
    String command = context.render(line);
    Output output = Shell.run(context.host(), command);
    String said = (output.stdout() + output.stderr()).strip();
    if (!output.succeeded()) {
      throw new HostFailure(
          "failed to run " + command.strip() + ": exit status " + output.exitCode() + tail(said));
    }
    if (!said.isEmpty()) {
      context.log().debug("Command output: " + said);
    }
  }

  private static String tail(String text) {
    if (text.isEmpty()) {
      return "";
    }
    return ": " + (text.length() > QUOTED ? "…" + text.substring(text.length() - QUOTED) : text);
  }
}
