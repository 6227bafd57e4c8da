package io.kairos.kubernetes;

import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code kairos rollout} as a process of its own, as the launcher starts it. */
final class FollowedRollout implements AutoCloseable {
  private static final Duration LONG = Duration.ofMinutes(3);

  private final Process process;
  private final Path out;
  private final Path err;

  private FollowedRollout(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * @param folder gets what it prints
   * @param environment added to ours; an empty text removes a variable
   */
  static FollowedRollout start(Path folder, Map<String, String> environment, List<String> words) {
    try {
      Files.createDirectories(folder);
      Path out = Files.createTempFile(folder, "rollout", ".out");
      Path err = Files.createTempFile(folder, "rollout", ".err");
      // What our own starter told us to ignore shall not be ignored there.
      var argv = new ArrayList<>(List.of("env", "--default-signal"));
      argv.addAll(command(words));
      var builder =
          new ProcessBuilder(argv).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().remove("KUBECONFIG");
      builder.environment().putAll(environment);
      return new FollowedRollout(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> command(List<String> words) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "io.kairos.dist.workshop.WorkshopMain",
                "rollout"));
    command.addAll(words);
    return command;
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** As Ctrl-C does it. */
  void interrupt(Host host) {
    host.run(Command.of("kill", "-INT", Long.toString(process.pid())));
  }

  /**
   * @return the exit code, once it has ended
   */
  int end() {
    try {
      if (!process.waitFor(LONG.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("it goes on and on:\n" + out() + err());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
