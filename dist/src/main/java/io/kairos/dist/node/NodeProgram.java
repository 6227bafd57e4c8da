package io.kairos.dist.node;

import io.kairos.agent.node.JournalProgress;
import io.kairos.base.KairosException;
import io.kairos.base.Problem;
import io.kairos.dist.cli.CommandLine;
import io.kairos.dist.cli.CommandLine.Parsed;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.ErrorText;
import io.kairos.dist.cli.Help;
import io.kairos.dist.cli.Verb;
import io.kairos.host.linux.LinuxHost;
import java.util.List;
import java.util.Map;

/**
 * Runs a tool of the node and tells the outcome as its callers expect it: a failure is a text on
 * standard output and exit code 1, an unknown command a line on standard error and exit code 3.
 */
final class NodeProgram {
  static final int FAILED = 1;
  static final int NO_SUCH_COMMAND = 3;

  /** Scripts match this line. */
  static final String NO_HELP_TOPIC = "No help topic for '%s'";

  /** Scripts match this start of a line. */
  static final String INCORRECT_USAGE = "Incorrect Usage: ";

  private final Console console;
  private final Map<String, String> environment;

  NodeProgram(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  int run(Verb program, List<String> words) {
    Parsed parsed = CommandLine.parse(program, words, environment);
    // The common case comes first, without a pattern switch: see docs/decisions/0007.
    return parsed instanceof Parsed.Run run ? run(run) : explain(parsed);
  }

  private int run(Parsed.Run run) {
    try {
      return run.verb().action().orElseThrow().run(run.given());
    } catch (KairosException failure) {
      console.out().print(ErrorText.of(failure));
      if (JournalProgress.isBesideScreen(LinuxHost.here(), environment)) {
        console.err().print(ErrorText.of(failure)); // the screen of a service leaves no trace
      }
      return FAILED;
    } catch (RuntimeException bug) {
      console.err().print(ErrorText.of(bug));
      return FAILED;
    }
  }

  private int explain(Parsed parsed) {
    return switch (parsed) {
      case Parsed.Help(var path) -> {
        console.out().print(Help.render(path));
        yield 0;
      }
      case Parsed.UnknownVerb(var path, var word, var problem) -> {
        if (path.size() > 1) {
          yield wrong(path, problem);
        }
        console.err().println(NO_HELP_TOPIC.replace("%s", word));
        problem.remedy().ifPresent(remedy -> console.err().println("  try: " + remedy));
        yield NO_SUCH_COMMAND;
      }
      case Parsed.Wrong(var path, var problem) -> wrong(path, problem);
      case Parsed.Run run -> run(run);
    };
  }

  private int wrong(List<Verb> path, Problem problem) {
    console.out().println(INCORRECT_USAGE + problem.what());
    console.out().println();
    console.out().println(Help.render(path));
    console.out().print(ErrorText.of(problem));
    return FAILED;
  }
}
