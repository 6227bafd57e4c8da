package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.ErrorText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shows what a machine says on its serial console while somebody waits for it: what the installer
 * does as it does it, and otherwise a sign of life now and then.
 */
final class SerialWatch implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration BETWEEN_SIGNS_OF_LIFE = Duration.ofSeconds(30);
  private static final int LONGEST = 90;

  /** A step of the installer, as the journal copies it to the console. */
  private static final Pattern STEP =
      Pattern.compile("kairos-agent\\[\\d+\\]: (\\[ *\\d+/\\d+\\] .*)");

  private final Path log;
  private final Console console;
  private final boolean everything;
  private final Thread thread;
  private final Instant begin = Instant.now();
  private long shown;
  private int stepsShown;
  private Instant lastSign = Instant.now();

  private SerialWatch(Path log, Console console, boolean everything) {
    this.log = log;
    this.console = console;
    this.everything = everything;
    this.thread = Thread.ofVirtual().name("serial-watch").unstarted(this::watch);
  }

  /**
   * Watches a machine that is about to start.
   *
   * @param log what an earlier machine said there is deleted, so that nobody takes it for this one
   * @param everything each character, as on a terminal; otherwise the last line now and then
   */
  static SerialWatch of(Path log, Console console, boolean everything) {
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new HostFailure("cannot delete " + log, e);
    }
    var watch = new SerialWatch(log, console, everything);
    watch.thread.start();
    return watch;
  }

  private void watch() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(PAUSE);
        look();
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    } catch (UncheckedIOException e) {
      console.err().print(ErrorText.of(e));
    }
  }

  private void look() {
    byte[] fresh = fresh();
    if (everything) {
      console.out().write(fresh, 0, fresh.length);
      console.out().flush();
    } else if (showSteps(lines(fresh))) {
      lastSign = Instant.now();
    } else if (Duration.between(lastSign, Instant.now()).compareTo(BETWEEN_SIGNS_OF_LIFE) > 0) {
      lastSign = Instant.now();
      console.out().println("        " + sign(lines(fresh)));
    }
  }

  /** Whether there was a new one. */
  private boolean showSteps(List<String> lines) {
    List<String> steps =
        lines.stream().map(STEP::matcher).filter(Matcher::find).map(m -> m.group(1)).toList();
    List<String> unseen = steps.subList(Math.min(stepsShown, steps.size()), steps.size());
    unseen.forEach(step -> console.out().println("        " + stamped(step)));
    stepsShown = steps.size();
    return !unseen.isEmpty();
  }

  private byte[] fresh() {
    try (var channel = Files.newByteChannel(log)) {
      channel.position(Math.min(shown, channel.size()));
      byte[] bytes = java.nio.channels.Channels.newInputStream(channel).readAllBytes();
      if (everything) {
        shown = channel.position();
      }
      return bytes;
    } catch (NoSuchFileException notYet) {
      return new byte[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Without escape sequences; the last one only when it is complete. */
  private static List<String> lines(byte[] console) {
    String text = new String(console, StandardCharsets.UTF_8);
    return text.substring(0, text.lastIndexOf('\n') + 1)
        .lines()
        .map(line -> line.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]|[\\p{Cntrl}]", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private String sign(List<String> lines) {
    return stamped(lines.isEmpty() ? "(nothing on the console yet)" : lines.getLast());
  }

  private String stamped(String line) {
    return DemoReport.spoken(Duration.between(begin, Instant.now()))
        + "  "
        + (line.length() > LONGEST ? line.substring(0, LONGEST - 1) + "…" : line);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
