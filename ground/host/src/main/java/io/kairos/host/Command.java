package io.kairos.host;

import io.kairos.base.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A program with its arguments: no shell, empty standard input, {@code LANG=C}, a short
 * environment, a deadline.
 *
 * @param argv program first; looked up on the host's search path
 * @param environment added to the short default environment
 * @param stdin what the program reads
 * @param deadline after which it and its children are killed
 * @param expected exit codes that are no failure
 * @param directory where it runs, when that matters
 * @param inheritsEnvironment whether it gets this process's environment instead of the short one
 * @param lines receives each line of both output streams while the program runs
 */
public record Command(
    List<String> argv,
    Map<String, String> environment,
    Stdin stdin,
    Duration deadline,
    Set<Integer> expected,
    Optional<Path> directory,
    boolean inheritsEnvironment,
    Optional<Consumer<String>> lines) {

  /** What a program reads. */
  public sealed interface Stdin {
    /** End of file at once. */
    record Empty() implements Stdin {}

    /** A short text. */
    record Text(String content) implements Stdin {}

    /** A passphrase; never on a command line, never in a log. */
    record Hidden(Secret secret) implements Stdin {}

    /** Written by a callback while the program reads: a tar stream, for example. */
    record Streamed(Writer writer) implements Stdin {}

    /** The terminal of this process, also for output. */
    record Inherited() implements Stdin {}
  }

  /** Fills a program's standard input. */
  @FunctionalInterface
  public interface Writer {
    void writeTo(java.io.OutputStream out) throws java.io.IOException;
  }

  public Command {
    if (argv.isEmpty()) {
      throw new IllegalArgumentException("a command needs a program");
    }
    argv = List.copyOf(argv);
    environment = new TreeMap<>(environment);
    expected = Set.copyOf(expected);
  }

  public static Command of(String... argv) {
    return of(List.of(argv));
  }

  public static Command of(List<String> argv) {
    return new Command(
        argv,
        Map.of(),
        new Stdin.Empty(),
        Duration.ofMinutes(1),
        Set.of(0),
        Optional.empty(),
        false,
        Optional.empty());
  }

  public Command with(String... more) {
    var longer = new ArrayList<>(argv);
    longer.addAll(List.of(more));
    return new Command(
        longer, environment, stdin, deadline, expected, directory, inheritsEnvironment, lines);
  }

  public Command env(String name, String value) {
    var more = new TreeMap<>(environment);
    more.put(name, value);
    return new Command(
        argv, more, stdin, deadline, expected, directory, inheritsEnvironment, lines);
  }

  public Command stdin(Secret secret) {
    return stdin(new Stdin.Hidden(secret));
  }

  public Command stdin(String text) {
    return stdin(new Stdin.Text(text));
  }

  public Command stdin(Writer writer) {
    return stdin(new Stdin.Streamed(writer));
  }

  public Command interactive() {
    return stdin(new Stdin.Inherited());
  }

  private Command stdin(Stdin in) {
    return new Command(
        argv, environment, in, deadline, expected, directory, inheritsEnvironment, lines);
  }

  public Command within(Duration limit) {
    return new Command(
        argv, environment, stdin, limit, expected, directory, inheritsEnvironment, lines);
  }

  /** Accepts these exit codes instead of zero alone. */
  public Command expecting(Integer... codes) {
    return new Command(
        argv, environment, stdin, deadline, Set.of(codes), directory, inheritsEnvironment, lines);
  }

  /** Accepts every exit code: what it means is for the caller to say. */
  public Command expectingAny() {
    var codes = new Integer[256];
    for (int code = 0; code < codes.length; code++) { // no stream: boot stages wait for each class
      codes[code] = code;
    }
    return expecting(codes);
  }

  public Command in(Path workingDirectory) {
    return new Command(
        argv,
        environment,
        stdin,
        deadline,
        expected,
        Optional.of(workingDirectory),
        inheritsEnvironment,
        lines);
  }

  public Command inheritingEnvironment() {
    return new Command(argv, environment, stdin, deadline, expected, directory, true, lines);
  }

  public Command eachLine(Consumer<String> consumer) {
    return new Command(
        argv,
        environment,
        stdin,
        deadline,
        expected,
        directory,
        inheritsEnvironment,
        Optional.of(consumer));
  }

  /** As one would type it, quoted for a POSIX shell. */
  public String replayable() {
    var text = new StringBuilder();
    environment.forEach(
        (name, value) -> text.append(name).append('=').append(quoted(value)).append(' '));
    for (String word : argv) {
      text.append(quoted(word)).append(' ');
    }
    return text.toString().stripTrailing();
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
