package io.kairos.dist.cli;

import io.kairos.dist.cli.CommandLine.Parsed;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Runs a command line and tells what goes wrong on standard error; a failure is exit code 1.
 *
 * @param misused exit code for a command line that is not understood
 */
public record Program(Console console, Map<String, String> environment, int misused) {
  private static final int FAILED = 1;

  /**
   * @param told the text of a failure
   */
  public int run(Verb program, List<String> words, Function<RuntimeException, String> told) {
    return switch (CommandLine.parse(program, words, environment)) {
      case Parsed.Help(var path) -> {
        console.out().print(Help.render(path));
        yield 0;
      }
      case Parsed.UnknownVerb(var path, var word, var problem) -> {
        console.err().print(ErrorText.of(problem));
        yield misused;
      }
      case Parsed.Wrong(var path, var problem) -> {
        console.err().print(ErrorText.of(problem));
        yield misused;
      }
      case Parsed.Run(var path, var given) -> {
        try {
          yield path.getLast().action().orElseThrow().run(given);
        } catch (RuntimeException failure) {
          console.err().print(told.apply(failure));
          yield FAILED;
        }
      }
    };
  }
}
