package io.kairos.agent.recovery;

import io.kairos.agent.AgentSettings;
import io.kairos.agent.Enter;
import io.kairos.agent.FirstConsole;
import io.kairos.agent.HostWithEnvironment;
import io.kairos.agent.Interruption;
import io.kairos.agent.bus.Provider;
import io.kairos.agent.bus.ProviderBus;
import io.kairos.agent.bus.ProviderEvent;
import io.kairos.base.HostFailure;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.formats.qrcode.QrCode;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@code kairos-agent recovery}: lets the providers open a way into this machine, shows at its
 * console how to take it, and has it closed again when somebody presses Enter.
 */
public final class RecoveryCommand {
  private static final String BANNER = "/etc/kairos/branding/banner";
  private static final Map<String, Object> NOTHING = Map.of("config", "");

  private final Host machine;
  private final Map<String, String> environment;
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final Duration reading;

  /**
   * @param in where somebody presses Enter
   */
  public RecoveryCommand(
      Host machine,
      Map<String, String> environment,
      InputStream in,
      PrintStream out,
      PrintStream err) {
    this(machine, environment, in, out, err, Duration.ofSeconds(5));
  }

  /**
   * @param reading how long people have for the greeting, before a code fills the screen
   */
  RecoveryCommand(
      Host machine,
      Map<String, String> environment,
      InputStream in,
      PrintStream out,
      PrintStream err,
      Duration reading) {
    this.machine = machine;
    this.environment = environment;
    this.in = in;
    this.out = out;
    this.err = err;
    this.reading = reading;
  }

  /**
   * Ends when Enter is pressed; the console is then free for a login.
   *
   * @throws HostFailure when a provider failed
   */
  public void run() {
    Config config = new Collector(machine).directories(Collector.USER_DIRECTORIES).collect();
    config.failures().forEach(problem -> err.println("WARNING: " + problem.render()));
    Host host = HostWithEnvironment.of(machine, config.agent().env());
    ProviderBus bus = ProviderBus.of(host, config, environment, out);
    try (var _ = FirstConsole.of(machine);
        var _ = Interruption.stops(() -> {})) {
      AgentSettings settings = AgentSettings.read(machine);
      greet(settings);
      try {
        List<Provider.Answer> offers = offers(bus);
        if (offers.isEmpty()) {
          sayThatNobodyHelps(bus);
        } else {
          pause(settings);
          offers.forEach(this::show);
        }
        hold(!offers.isEmpty());
      } finally {
        close(bus);
      }
    }
  }

  private void greet(AgentSettings settings) {
    text(machine.resolved(BANNER)).ifPresent(out::println);
    settings
        .branding(machine, AgentSettings.Branding.RECOVERY)
        .map(RecoveryCommand::boxed)
        .ifPresent(out::print);
    out.flush();
  }

  /** What the providers have opened. */
  private static List<Provider.Answer> offers(ProviderBus bus) {
    return bus.ask(ProviderEvent.RECOVERY, NOTHING).stream()
        .filter(answer -> !answer.state().isBlank() || !answer.data().isBlank())
        .toList();
  }

  private void sayThatNobodyHelps(ProviderBus bus) {
    List<Provider> providers = bus.providers();
    out.println(
        providers.isEmpty()
            ? "No provider is on this machine, so nobody can reach it from afar."
            : "No provider opens a way in ("
                + providers.stream().map(Provider::name).collect(Collectors.joining(", "))
                + "), so nobody can reach this machine from afar.");
    out.println(
        "  try: log in here, or boot an image with a provider that does, an executable"
            + " agent-provider-NAME in /system/providers");
  }

  private void show(Provider.Answer offer) {
    if (!offer.state().isBlank()) {
      out.println(offer.state().strip());
    }
    if (!offer.data().isBlank()) {
      out.println(
          QrCode.of(offer.data())
              .map(QrCode::halfBlocks)
              .orElse("The token is too long for a QR code:\n" + offer.data()));
    }
  }

  private void pause(AgentSettings settings) {
    if (settings.isFast()) {
      return;
    }
    try {
      Thread.sleep(reading);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // what follows is shown at once
    }
  }

  /** Until Enter, or a signal. Where nothing is open nobody is kept out who cannot press it. */
  private void hold(boolean isOpen) {
    out.println("Press Enter to end remote recovery and to log in.");
    out.flush();
    Enter enter = Enter.of(in);
    try {
      if (isOpen) {
        enter.await();
      } else {
        enter.awaitOrEnd();
      }
    } catch (InterruptedException signal) {
      out.println("Ending remote recovery");
    }
  }

  /** Whatever happened since providers were asked: one of them may have opened a way in. */
  private static void close(ProviderBus bus) {
    var _ = Thread.interrupted(); // this and the login are due all the same
    var _ = bus.publish(ProviderEvent.RECOVERY_STOP, NOTHING);
  }

  /** A frame that the console's font has. */
  private static String boxed(String text) {
    List<String> lines = text.lines().toList();
    int width = lines.stream().mapToInt(String::length).max().orElse(0);
    String edge = "─".repeat(width + 2);
    return lines.stream()
        .map(line -> "│ " + line + " ".repeat(width - line.length()) + " │\n")
        .collect(Collectors.joining("", "┌" + edge + "┐\n", "└" + edge + "┘\n"));
  }

  private static Optional<String> text(Path file) {
    try {
      return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }
}
