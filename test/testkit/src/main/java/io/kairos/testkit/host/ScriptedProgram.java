package io.kairos.testkit.host;

import io.kairos.host.Command;
import io.kairos.host.Output;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * An answer of {@link ScratchHost#answering} that says what a test tells it to say, when it tells
 * it. Safe for concurrent use.
 */
public final class ScriptedProgram implements Function<Command, Output> {
  private static final String END = "\u0000";

  private final BlockingQueue<String> script = new LinkedBlockingQueue<>();
  private final BlockingQueue<List<String>> calls = new LinkedBlockingQueue<>();
  private volatile int exitCode;

  /** A line of its output. */
  public void says(String line) {
    script.add(line);
  }

  public void ends(int code) {
    exitCode = code;
    script.add(END);
  }

  /** Awaits the next call: its words, of which the last is the content of the file it names. */
  public List<String> call() throws InterruptedException {
    List<String> words = calls.poll(60, TimeUnit.SECONDS);
    if (words == null) {
      throw new AssertionError("nobody called it");
    }
    return words;
  }

  @Override
  public Output apply(Command command) {
    try {
      List<String> words = new ArrayList<>(command.argv());
      words.add(Files.readString(Path.of(words.removeLast())));
      calls.add(words);
      for (String line = script.take(); !line.equals(END); line = script.take()) {
        String said = line;
        command.lines().ifPresent(listener -> listener.accept(said));
      }
      return new Output(exitCode, "", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
