package io.kairos.testkit.process;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A program that runs until it is closed or this process has died, also by SIGKILL: a supervisor
 * (supervise.sh) holds the other end of a pipe. It has a session of its own, so that Ctrl-C reaches
 * it through us alone.
 */
public final class SupervisedProcess implements AutoCloseable {
  private static final int QUOTED_LINES = 25;

  /** Between two looks at a condition. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** The supervisor sends SIGKILL after ten seconds, and may have something to put away. */
  private static final Duration END_DEADLINE = Duration.ofSeconds(40);

  /**
   * What to run.
   *
   * @param name what errors call it
   * @param argv program first
   * @param environment added to ours
   * @param directory where it runs
   * @param log gets both of its output streams, appended
   * @param endSignal that it ends by, for example {@code TERM}
   * @param afterwards shell text that runs when it has ended, however it ended; may be empty
   */
  public record Program(
      String name,
      List<String> argv,
      Map<String, String> environment,
      Path directory,
      Path log,
      String endSignal,
      String afterwards) {
    public Program {
      argv = List.copyOf(argv);
      environment = new TreeMap<>(environment);
    }

    public static Program of(String name, Path directory, Path log, List<String> argv) {
      return new Program(name, argv, Map.of(), directory, log, "TERM", "");
    }

    public Program env(Map<String, String> more) {
      var all = new TreeMap<>(environment);
      all.putAll(more);
      return new Program(name, argv, all, directory, log, endSignal, afterwards);
    }

    public Program endingBy(String signal, String afterwards) {
      return new Program(name, argv, environment, directory, log, signal, afterwards);
    }
  }

  private final Program program;
  private final Process supervisor;

  private SupervisedProcess(Program program, Process supervisor) {
    this.program = program;
    this.supervisor = supervisor;
  }

  /**
   * @throws HostFailure when bash, setpriv or setsid is missing, or the log cannot be written
   */
  public static SupervisedProcess start(Program program) {
    // What our own starter told us to ignore shall not be ignored there.
    var argv = new ArrayList<>(List.of("setsid", "env", "--default-signal", "bash"));
    argv.add(supervisor(program.log().toAbsolutePath().getParent()).toString());
    argv.addAll(List.of(program.endSignal(), program.afterwards()));
    argv.addAll(program.argv());
    try {
      var builder = new ProcessBuilder(argv).directory(program.directory().toFile());
      builder.environment().putAll(program.environment());
      builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(program.log().toFile()));
      return new SupervisedProcess(program, builder.start());
    } catch (IOException e) {
      throw new HostFailure("cannot start " + program.name(), e);
    }
  }

  /** The script as a file beside the log, because a whole script makes no readable process list. */
  private static Path supervisor(Path folder) {
    Path script = folder.resolve("supervise.sh");
    try (InputStream in = SupervisedProcess.class.getResourceAsStream("supervise.sh")) {
      Files.createDirectories(folder);
      if (!Files.exists(script)) { // one that runs reads on in its file
        Path aside = Files.createTempFile(folder, "supervise", ".tmp");
        Files.write(aside, in.readAllBytes());
        Files.move(aside, script, StandardCopyOption.ATOMIC_MOVE);
      }
      return script;
    } catch (IOException e) {
      throw new HostFailure("cannot write " + script, e);
    }
  }

  public Program program() {
    return program;
  }

  public boolean isRunning() {
    return supervisor.isAlive();
  }

  /** Of the supervisor. */
  public long pid() {
    return supervisor.pid();
  }

  /** Of the program, 128 and the signal's number when one ended it; empty while it runs. */
  public OptionalInt exitCode() {
    return supervisor.isAlive() ? OptionalInt.empty() : OptionalInt.of(supervisor.exitValue());
  }

  /** Completes with the exit code. */
  public CompletableFuture<Integer> end() {
    return supervisor.onExit().thenApply(Process::exitValue);
  }

  /**
   * Waits until a condition holds.
   *
   * @param what the condition in words
   * @throws HostFailure when the deadline passes or the program ends, with the end of its log
   */
  public void await(String what, Duration deadline, BooleanSupplier condition) {
    Instant end = Instant.now().plus(deadline);
    try {
      while (!condition.getAsBoolean()) {
        if (Instant.now().isAfter(end)) {
          throw new HostFailure(
              "waited " + deadline.toSeconds() + " s in vain for " + what + quotedLog());
        }
        if (supervisor.waitFor(PAUSE.toMillis(), TimeUnit.MILLISECONDS)
            && !condition.getAsBoolean()) {
          throw new HostFailure(
              program.name()
                  + " ended with exit code "
                  + supervisor.exitValue()
                  + " while we waited for "
                  + what
                  + quotedLog());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while waiting for " + what, e);
    }
  }

  /** The last lines of the log, for an error text. */
  public String quotedLog() {
    return quoted(program.log());
  }

  /** The last lines of any log, for an error text. */
  public static String quoted(Path log) {
    var text = new StringBuilder("\n  the end of ").append(log).append(':');
    try {
      List<String> lines =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      lines
          .subList(Math.max(0, lines.size() - QUOTED_LINES), lines.size())
          .forEach(line -> text.append("\n    ").append(line));
    } catch (IOException e) {
      text.append(" cannot be read: ").append(e);
    }
    return text.toString();
  }

  /** Lets the program end. {@link #close} waits for it; several can end at once this way. */
  public void release() {
    try {
      supervisor.getOutputStream().close();
    } catch (IOException brokenPipe) {
      // it has ended by itself
    }
  }

  /**
   * Ends the program, and returns when it is gone.
   *
   * @throws HostFailure when it does not go
   */
  @Override
  public void close() {
    release();
    boolean interrupted = false;
    Instant end = Instant.now().plus(END_DEADLINE);
    while (supervisor.isAlive()) { // also for a thread that Ctrl-C has interrupted
      try {
        if (!supervisor.waitFor(
            Duration.between(Instant.now(), end).toMillis(), TimeUnit.MILLISECONDS)) {
          supervisor.destroyForcibly();
          throw new HostFailure(program.name() + " does not end" + quotedLog());
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
