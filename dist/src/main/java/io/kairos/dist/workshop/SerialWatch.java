package io.kairos.dist.workshop;

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

/** Shows what a machine says on its serial console while somebody waits for it. */
final class SerialWatch implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration BETWEEN_SIGNS_OF_LIFE = Duration.ofSeconds(30);
  private static final int LONGEST = 90;

  private final Path log;
  private final Console console;
  private final boolean everything;
  private final Thread thread;
  private final Instant begin = Instant.now();
  private long shown;
  private Instant lastSign = Instant.now();

  private SerialWatch(Path log, Console console, boolean everything) {
    this.log = log;
    this.console = console;
    this.everything = everything;
    this.thread = Thread.ofVirtual().name("serial-watch").unstarted(this::watch);
  }

  /**
   * @param everything each character, as on a terminal; otherwise the last line now and then
   */
  static SerialWatch of(Path log, Console console, boolean everything) {
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
    } else if (Duration.between(lastSign, Instant.now()).compareTo(BETWEEN_SIGNS_OF_LIFE) > 0) {
      lastSign = Instant.now();
      console.out().println("        " + sign());
    }
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

  private String sign() {
    List<String> lines =
        new String(fresh(), StandardCharsets.UTF_8)
            .lines()
            .map(line -> line.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]|[\\p{Cntrl}]", "").strip())
            .filter(line -> !line.isEmpty())
            .toList();
    String last = lines.isEmpty() ? "(nothing on the console yet)" : lines.getLast();
    return DemoReport.spoken(Duration.between(begin, Instant.now()))
        + "  "
        + (last.length() > LONGEST ? last.substring(0, LONGEST - 1) + "…" : last);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
