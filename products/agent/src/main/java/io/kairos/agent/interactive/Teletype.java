package io.kairos.agent.interactive;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The terminal of this process and its settings, by {@code stty}. A hook of the process brings them
 * back if nobody else has, however it ends but by SIGKILL.
 */
final class Teletype implements AutoCloseable {
  private static final int USUAL_WIDTH = 80;
  private static final int USUAL_HEIGHT = 24;
  private static final long REMEMBERED_NANOS = 1_000_000_000;

  private final Host host;
  private final String device;
  private final String saved;
  private final Runnable farewell;
  private final Thread hook;
  private boolean isClosed;
  private Optional<Size> size = Optional.empty();
  private long measured;

  private Teletype(Host host, String device, String saved, Runnable farewell) {
    this.host = host;
    this.device = device;
    this.saved = saved;
    this.farewell = farewell;
    this.hook = new Thread(this::restore, "terminal");
  }

  /**
   * The terminal on standard input; empty when there is none, or no {@code stty}.
   *
   * @param farewell runs when the settings are brought back
   */
  static Optional<Teletype> open(Host host, Runnable farewell) {
    try {
      String device = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
      if (!device.startsWith("/dev/") || !host.hasProgram("stty")) {
        return Optional.empty();
      }
      String saved = host.run(Command.of("stty", "-F", device, "-g")).stdout().strip();
      var teletype = new Teletype(host, device, saved, farewell);
      Runtime.getRuntime().addShutdownHook(teletype.hook);
      return Optional.of(teletype);
    } catch (IOException | HostFailure noTerminal) {
      return Optional.empty();
    }
  }

  /** Keys arrive one by one, unseen, Ctrl-C too. */
  void takeKeys() {
    set("-icanon", "-echo", "-isig", "-ixon", "-icrnl", "min", "1", "time", "0");
  }

  /** Lines arrive whole, seen or not. */
  void takeLines(boolean seen) {
    set("icanon", seen ? "echo" : "-echo");
  }

  private void set(String... settings) {
    host.run(Command.of("stty", "-F", device).with(settings));
  }

  /**
   * A window.
   *
   * @param width in columns
   * @param height in rows
   */
  record Size(int width, int height) {}

  /**
   * That of {@code KAIROS_TUI_WIDTH} and {@code KAIROS_TUI_HEIGHT}, else of the terminal, else of
   * {@code COLUMNS} and {@code LINES}, else 80 by 24: serial lines know none. Asked for at most
   * once a second.
   */
  Size size(Map<String, String> environment) {
    if (size.isEmpty() || System.nanoTime() - measured > REMEMBERED_NANOS) {
      size = Optional.of(measure(environment));
      measured = System.nanoTime();
    }
    return size.get();
  }

  private Size measure(Map<String, String> environment) {
    String[] told =
        host.run(Command.of("stty", "-F", device, "size").expecting(0, 1))
            .stdout()
            .strip()
            .split(" ");
    int rows = told.length == 2 ? number(told[0]) : 0;
    int columns = told.length == 2 ? number(told[1]) : 0;
    return new Size(
        first(
            number(environment.get("KAIROS_TUI_WIDTH")),
            columns,
            number(environment.get("COLUMNS")),
            USUAL_WIDTH),
        first(
            number(environment.get("KAIROS_TUI_HEIGHT")),
            rows,
            number(environment.get("LINES")),
            USUAL_HEIGHT));
  }

  private static int first(int... sizes) {
    int i = 0;
    while (sizes[i] <= 0) {
      i++;
    }
    return sizes[i];
  }

  private static int number(String text) {
    return text != null && text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
  }

  private synchronized void restore() {
    if (!isClosed) {
      isClosed = true;
      farewell.run();
      set(saved);
    }
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the process is already on its way out, and the hook has nothing left to do
    }
  }
}
