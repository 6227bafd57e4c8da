package io.kairos.host.linux;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Output;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** One run of a {@link Command}: feeds it, reads it, and never leaves a child behind. */
final class ChildProcess {
  /** What of its streams a failure quotes. */
  private static final int QUOTED_LINES = 12;

  private final Command command;
  private final Path root;

  ChildProcess(Command command, Path root) {
    this.command = command;
    this.root = root;
  }

  Output run() {
    Process process = start();
    var stdout = new Collected();
    var stderr = new Collected();
    var writeFailure = new AtomicReference<IOException>();
    boolean interactive = command.stdin() instanceof Command.Stdin.Inherited;
    try {
      List<Thread> threads = new ArrayList<>();
      if (!interactive) {
        threads.add(aside(() -> feed(process, writeFailure)));
        threads.add(aside(() -> stdout.read(process.getInputStream())));
        threads.add(aside(() -> stderr.read(process.getErrorStream())));
      }
      if (!process.waitFor(command.deadline().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new HostFailure(
            "`"
                + command.replayable()
                + "` was stopped: it ran longer than "
                + command.deadline().toSeconds()
                + " s"
                + stderr.quoted());
      }
      for (Thread thread : threads) {
        // A daemon started by the command may keep the pipe open; its parent has ended.
        thread.join(java.time.Duration.ofSeconds(2));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("`" + command.replayable() + "` was interrupted", e);
    } finally {
      end(process);
    }
    int code = process.exitValue();
    if (!command.expected().contains(code)) {
      throw new HostFailure(
          "`"
              + command.replayable()
              + "` "
              + (code > 128 ? "ended by signal " + (code - 128) : "failed with exit code " + code)
              + (stderr.isEmpty() ? stdout : stderr).quoted());
    }
    if (writeFailure.get() != null) {
      throw new HostFailure(
          "cannot write the input of `" + command.replayable() + "`", writeFailure.get());
    }
    return new Output(code, stdout.text(), stderr.text());
  }

  private Process start() {
    List<String> argv = new ArrayList<>(command.argv());
    boolean elsewhere = !root.equals(Path.of("/"));
    if (elsewhere) {
      argv.addAll(0, List.of("chroot", root.toString()));
    }
    var builder = new ProcessBuilder(argv);
    var environment = builder.environment();
    if (!command.inheritsEnvironment()) {
      environment.clear();
      environment.put("LANG", "C");
      environment.put("HOME", "/root");
    }
    environment.put(
        "PATH",
        environment.containsKey("PATH")
            ? LinuxHost.SEARCH_PATH + ":" + environment.get("PATH")
            : LinuxHost.SEARCH_PATH);
    environment.putAll(command.environment());
    command.directory().ifPresent(directory -> builder.directory(directory.toFile()));
    if (command.stdin() instanceof Command.Stdin.Inherited) {
      builder.inheritIO();
    }
    try {
      return builder.start();
    } catch (IOException e) {
      throw new HostFailure("cannot start `" + command.replayable() + "`", e);
    }
  }

  private void feed(Process process, AtomicReference<IOException> failure) {
    try (OutputStream in = process.getOutputStream()) {
      Command.Stdin given = command.stdin();
      if (given instanceof Command.Stdin.Text(String content)) {
        in.write(content.getBytes(StandardCharsets.UTF_8));
      } else if (given instanceof Command.Stdin.Hidden(var secret)) {
        byte[] plain = secret.reveal();
        in.write(plain);
        Arrays.fill(plain, (byte) 0);
      } else if (given instanceof Command.Stdin.Streamed(var writer)) {
        writer.writeTo(in);
      }
    } catch (IOException e) {
      // A program may end without reading all of its input; its exit code tells whether it minds.
      if (command.stdin() instanceof Command.Stdin.Streamed) {
        failure.set(e);
      }
    } catch (RuntimeException e) {
      failure.set(new IOException(e.getMessage(), e));
      process.destroy();
    }
  }

  /** No virtual thread: their scheduler takes longer to start than many a command runs. */
  private static Thread aside(Runnable work) {
    return Thread.ofPlatform().daemon().start(work);
  }

  /** Kills what still runs, and awaits its end: until then it holds files, and so mounts. */
  private static void end(Process process) {
    if (process.isAlive()) {
      List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
      all.add(process.toHandle());
      all.forEach(ProcessHandle::destroyForcibly);
      CompletableFuture.allOf(
              all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
          .completeOnTimeout(null, 10, TimeUnit.SECONDS) // one may hang in the kernel
          .join();
    }
  }

  /** One output stream, as bytes and, when somebody listens, line by line. */
  private final class Collected {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void read(InputStream in) {
      try {
        if (command.lines().isPresent()) {
          readLines(in, command.lines());
        } else {
          byte[] buffer = new byte[8192];
          for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            append(buffer, count);
          }
        }
      } catch (IOException e) {
        append(("\n[output lost: " + e.getMessage() + "]").getBytes(StandardCharsets.UTF_8));
      }
    }

    private void readLines(InputStream in, Optional<java.util.function.Consumer<String>> lines)
        throws IOException {
      var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        append((line + "\n").getBytes(StandardCharsets.UTF_8));
        String seen = line;
        lines.ifPresent(consumer -> consumer.accept(seen));
      }
    }

    private synchronized void append(byte[] buffer, int count) {
      bytes.write(buffer, 0, count);
    }

    private void append(byte[] all) {
      append(all, all.length);
    }

    synchronized boolean isEmpty() {
      return bytes.size() == 0;
    }

    synchronized String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }

    String quoted() {
      List<String> lines = text().strip().lines().toList();
      if (lines.isEmpty()) {
        return "";
      }
      return lines.stream()
          .skip(Math.max(0, lines.size() - QUOTED_LINES))
          .map(line -> "\n    " + line)
          .collect(java.util.stream.Collectors.joining());
    }
  }
}
