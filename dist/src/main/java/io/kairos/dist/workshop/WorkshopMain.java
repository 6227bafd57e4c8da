package io.kairos.dist.workshop;

import io.kairos.base.KairosException;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.cli.CommandLine;
import io.kairos.dist.cli.CommandLine.Parsed;
import io.kairos.dist.cli.Completion;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.ErrorText;
import io.kairos.dist.cli.Help;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import java.util.List;
import java.util.Map;

/** Starts the workshop's commands; the launcher {@code ./kairos} has built and found everything. */
public final class WorkshopMain {
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  static final Option NO_INSTALL =
      Option.flag("no-install", "only check and list what the distribution lacks");
  static final Option DEBUG = Option.flag("debug", "log decisions in detail");

  private final Console console;
  private final Map<String, String> environment;

  WorkshopMain(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  public static void main(String[] args) {
    var main = new WorkshopMain(Console.ofProcess(), System.getenv());
    System.exit(main.run(List.of(args)));
  }

  int run(List<String> words) {
    return switch (CommandLine.parse(verbs(), words, environment)) {
      case Parsed.Help(var path) -> {
        console.out().print(Help.render(path));
        yield 0;
      }
      case Parsed.UnknownVerb(var path, var word, var problem) -> {
        console.err().print(ErrorText.of(problem));
        yield MISUSED;
      }
      case Parsed.Wrong(var path, var problem) -> {
        console.err().print(ErrorText.of(problem));
        yield MISUSED;
      }
      case Parsed.Run(var path, var given) -> {
        try {
          yield path.getLast().action().orElseThrow().run(given);
        } catch (KairosException failure) {
          console.err().print(ErrorText.of(failure));
          yield FAILED;
        } catch (RuntimeException bug) {
          console.err().print(ErrorText.of(bug));
          yield FAILED;
        }
      }
    };
  }

  Verb verbs() {
    return Verb.named("kairos")
        .summary("any Linux distribution as an immutable, image-based operating system")
        .description(
            """
            Converts a distribution into an OS image, builds an installer from it, and shows the
            result in a virtual machine. What a command needs from this machine is installed first,
            and said before.
            """)
        .option(NO_INSTALL)
        .option(DEBUG)
        .verb(version())
        .verb(Completion.verb("kairos", this::verbs, console))
        .group();
  }

  private Verb version() {
    return Verb.named("version")
        .summary("print the version")
        .runs(
            given -> {
              console.out().println("kairos " + BuildVersion.read());
              return 0;
            });
  }
}
