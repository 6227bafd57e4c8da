package io.kairos.testkit.host;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.host.PathsBelow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A machine in a folder. {@code sh} really runs, with the folder in {@code $ROOT}; every other
 * program is answered by the test, or missing. All commands are recorded. Safe for concurrent use.
 */
public final class ScratchHost implements Host {

  private final Path root;
  private final PathsBelow paths;
  private final ScratchKernel kernel;
  private final List<Command> commands = new ArrayList<>();
  private final Map<String, Function<Command, Output>> answers = new LinkedHashMap<>();
  private Clock clock = Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);

  /**
   * @param root an empty folder of the test
   */
  public ScratchHost(Path root) {
    try {
      this.root = root.toRealPath();
      this.paths = new PathsBelow(this.root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.kernel = new ScratchKernel();
    answers.put("sh", this::execute);
    answers.put("/bin/sh", this::execute);
  }

  // ---- what a test prepares

  /** Writes a text file, with the folders above it. */
  public ScratchHost with(String absolute, String content) {
    try {
      Path file = resolved(absolute);
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public ScratchHost withDirectory(String absolute) {
    try {
      Files.createDirectories(resolved(absolute));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public ScratchHost withLink(String absolute, String target) {
    try {
      Path link = path(absolute);
      Files.createDirectories(link.getParent());
      Files.deleteIfExists(link);
      Files.createSymbolicLink(link, Path.of(target));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An executable file that {@link #hasProgram} finds; {@link #run} still needs an answer. */
  public ScratchHost withProgram(String absolute) {
    with(absolute, "#!/bin/sh\n");
    resolved(absolute).toFile().setExecutable(true);
    return this;
  }

  /** Answers a program by its first argument; the exit code is checked as on a real machine. */
  public ScratchHost answering(String program, Function<Command, Output> answer) {
    answers.put(program, answer);
    return this;
  }

  /** Answers a program with success and this standard output. */
  public ScratchHost answering(String program, String stdout) {
    return answering(program, command -> new Output(0, stdout, ""));
  }

  /** Runs this program of the build machine. */
  public ScratchHost executing(String program) {
    return answering(program, this::execute);
  }

  public ScratchHost at(Clock other) {
    clock = other;
    return this;
  }

  // ---- what a test looks at

  public Path root() {
    return root;
  }

  public boolean exists(String absolute) {
    return Files.exists(resolved(absolute));
  }

  public String read(String absolute) {
    try {
      return Files.readString(resolved(absolute));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Permissions as {@code rwxr-x---}. */
  public String permissions(String absolute) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(resolved(absolute)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every command so far, as one would type it. */
  public List<String> commands() {
    synchronized (commands) {
      return commands.stream().map(Command::replayable).toList();
    }
  }

  /** Every command so far that starts with this program. */
  public List<String> commands(String program) {
    synchronized (commands) {
      return commands.stream()
          .filter(command -> command.argv().getFirst().equals(program))
          .map(Command::replayable)
          .toList();
    }
  }

  // ---- the host

  @Override
  public Path path(String absolute) {
    return paths.locate(absolute, false);
  }

  @Override
  public Path resolved(String absolute) {
    return paths.locate(absolute, true);
  }

  @Override
  public Output run(Command command) {
    synchronized (commands) {
      commands.add(command);
    }
    String program = command.argv().getFirst();
    Function<Command, Output> answer = answers.get(program);
    if (answer == null) {
      throw new HostFailure("no such program: " + program);
    }
    Output output = answer.apply(command);
    command
        .lines()
        .ifPresent(listener -> (output.stdout() + output.stderr()).lines().forEach(listener));
    if (!command.expected().contains(output.exitCode())) {
      throw new HostFailure(
          "`"
              + command.replayable()
              + "` failed with exit code "
              + output.exitCode()
              + ": "
              + output.stderr().strip());
    }
    return output;
  }

  private Output execute(Command command) {
    try {
      var builder = new ProcessBuilder(command.argv());
      builder.directory(command.directory().orElse(root).toFile());
      builder.environment().put("ROOT", root.toString());
      builder.environment().putAll(command.environment());
      Process process = builder.start();
      var stderr = new ByteArrayOutputStream();
      Thread reader = Thread.startVirtualThread(() -> drain(process.getErrorStream(), stderr));
      Thread writer = Thread.startVirtualThread(() -> feed(command, process));
      var stdout = new ByteArrayOutputStream();
      drain(process.getInputStream(), stdout);
      if (!process.waitFor(command.deadline().toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new HostFailure("`" + command.replayable() + "` ran too long");
      }
      reader.join();
      writer.join();
      return new Output(
          process.exitValue(),
          stdout.toString(StandardCharsets.UTF_8),
          stderr.toString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new HostFailure("cannot run " + command.replayable(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted: " + command.replayable());
    }
  }

  private static void drain(InputStream in, OutputStream out) {
    try {
      in.transferTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void feed(Command command, Process process) {
    try (OutputStream out = process.getOutputStream()) {
      switch (command.stdin()) {
        case Command.Stdin.Text(var content) -> out.write(content.getBytes(StandardCharsets.UTF_8));
        case Command.Stdin.Hidden(var secret) -> out.write(secret.reveal());
        case Command.Stdin.Streamed(var writer) -> writer.writeTo(out);
        case Command.Stdin.Empty empty -> {}
        case Command.Stdin.Inherited inherited -> {}
      }
    } catch (IOException childClosedItsInput) {
      return;
    }
  }

  @Override
  public boolean hasProgram(String name) {
    if (answers.containsKey(name)) {
      return true;
    }
    List<String> places =
        name.startsWith("/")
            ? List.of(name)
            : List.of("/usr/sbin/" + name, "/usr/bin/" + name, "/sbin/" + name, "/bin/" + name);
    return places.stream()
        .map(this::resolved)
        .anyMatch(file -> Files.isRegularFile(file) && Files.isExecutable(file));
  }

  @Override
  public ScratchKernel kernel() {
    return kernel;
  }

  @Override
  public Clock clock() {
    return clock;
  }
}
