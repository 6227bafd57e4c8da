package io.kairos.agent.interactive;

import io.kairos.agent.AgentSettings;
import io.kairos.agent.Root;
import io.kairos.agent.bus.Provider;
import io.kairos.agent.bus.ProviderBus;
import io.kairos.agent.bus.ProviderEvent;
import io.kairos.agent.frontend.InstallEvent;
import io.kairos.agent.frontend.ManualInstall;
import io.kairos.agent.install.InstallTargets;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * {@code kairos-agent interactive-install}: asks at the console what to install, and installs it.
 * An installer that the image brings runs in its place.
 */
public final class InteractiveInstallCommand {
  /** An installer that runs in the place of everything else. */
  static final String VARIABLE = "KAIROS_INSTALLER";

  /** Installers of images, the user's first. */
  static final List<String> INSTALLERS =
      List.of("/system/installer/installer", "/system/installer/kairos-installer");

  static final String USUAL_TITLE = "Kairos Interactive Installer";

  private static final String NO_ADVANCED =
      "/etc/kairos/branding/interactive_install_advanced_disabled";

  /** Terminals that take no orders (terminfo's "dumb"), or of which nothing is known. */
  private static final List<String> DUMB = List.of("", "dumb", "unknown");

  private static final Duration LONG = Duration.ofDays(30);
  private static final int KILLED = 255;
  private static final int SIGNALS = 128;
  private static final int ABORTED = 1;

  private final Host host;
  private final Map<String, String> environment;
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param in unbuffered: keys are answered as they come
   */
  public InteractiveInstallCommand(
      Host host,
      Map<String, String> environment,
      InputStream in,
      PrintStream out,
      PrintStream err) {
    this.host = host;
    this.environment = environment;
    this.in = in;
    this.out = out;
    this.err = err;
  }

  /**
   * @param source image to install, when it is not the medium's
   * @param opensShell whether a shell follows an installation that went well
   * @return the exit code: zero when the machine is installed
   */
  public int run(Optional<String> source, boolean opensShell) {
    Root.require();
    int code = external().map(program -> delegated(program, source)).orElseGet(() -> own(source));
    if (code == 0 && opensShell) {
      host.run(shell());
    }
    return code;
  }

  private static Command shell() {
    return Command.of("/bin/sh").interactive().inheritingEnvironment().within(LONG).expectingAny();
  }

  // ---- an installer of the image

  Optional<String> external() {
    return Stream.concat(
            Optional.ofNullable(environment.get(VARIABLE)).stream(), INSTALLERS.stream())
        .filter(program -> program.startsWith("/") && Files.exists(host.resolved(program)))
        .findFirst();
  }

  private int delegated(String program, Optional<String> source) {
    List<String> words = new ArrayList<>(List.of(program));
    source.ifPresent(image -> words.addAll(List.of("--source", image)));
    int code =
        host.run(
                Command.of(words).interactive().inheritingEnvironment().within(LONG).expectingAny())
            .exitCode();
    int told = code > SIGNALS ? KILLED : code;
    if (told != 0) {
      err.println("exit status " + told);
    }
    return told;
  }

  // ---- our own

  private int own(Optional<String> source) {
    AgentSettings settings = AgentSettings.read(host);
    var setting =
        new Setting(
            settings.branding(host, AgentSettings.Branding.INTERACTIVE_INSTALL).orElse(USUAL_TITLE),
            InstallTargets.observe(host).targets(),
            !Files.exists(host.resolved(NO_ADVANCED)),
            prompts(),
            source);
    Look look = Look.read(host, environment);
    try (Face face = face(setting.title(), look)) {
      return converse(Wizard.begin(setting), face, look.checkMark());
    } catch (IOException e) {
      throw new HostFailure("cannot read the terminal", e);
    }
  }

  private Face face(String title, Look look) {
    boolean isDumb = DUMB.contains(environment.getOrDefault("TERM", ""));
    Optional<Teletype> teletype = Teletype.open(host, () -> leave(isDumb));
    return isDumb || teletype.isEmpty()
        ? new LineFace(title, in, out, teletype)
        : new ScreenFace(new ScreenLayout(title, look), environment, in, out, teletype.get());
  }

  private void leave(boolean isDumb) {
    if (!isDumb) {
      out.print(ScreenLayout.FAREWELL);
      out.flush();
    }
  }

  /** Providers that fail ask nothing: the machine can be installed without them. */
  private List<ProviderPrompt> prompts() {
    Config config = new Collector(host).directories(Collector.USER_DIRECTORIES).collect();
    // what they print would fall between the pages
    var unseen = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
    List<ProviderPrompt> prompts = new ArrayList<>();
    try {
      ProviderBus bus = ProviderBus.of(host, config, environment, unseen);
      for (Provider.Answer answer :
          bus.publish(ProviderEvent.INTERACTIVE_INSTALL, Map.of("config", ""))) {
        prompts.addAll(ProviderPrompt.parse(answer.provider().name(), answer.data()));
      }
    } catch (KairosException e) {
      err.println("WARNING: " + e.getMessage());
    }
    return prompts;
  }

  private int converse(Wizard first, Face face, String checkMark) throws IOException {
    Wizard wizard = first;
    while (true) {
      face.draw(Views.of(wizard, checkMark));
      switch (wizard.next()) {
        case ABORTED -> {
          return ABORTED;
        }
        case OVER -> {
          return exitCode(wizard);
        }
        case INSTALLATION -> {
          wizard = install(wizard.started(), face, checkMark);
          if (isRestarting(wizard)) {
            face.draw(Views.of(wizard, checkMark));
            return 0;
          }
        }
        case KEY -> {
          Optional<Key> key = face.read();
          if (key.isEmpty()) {
            throw new Refused("nobody is at the terminal any more", "run it again at a terminal");
          }
          wizard = wizard.press(key.get());
        }
      }
    }
  }

  private static boolean isRestarting(Wizard wizard) {
    return exitCode(wizard) == 0 && wizard.answers().afterwards() != Afterwards.NOTHING;
  }

  private static int exitCode(Wizard wizard) {
    return wizard.page() instanceof Page.InstallProcess page ? page.exitCode().orElse(1) : 1;
  }

  private Wizard install(Wizard begun, Face face, String checkMark) throws IOException {
    var latest = new AtomicReference<>(begun);
    Answers answers = begun.answers();
    var wanted =
        new ManualInstall(
            begun.cloudConfig(true),
            Optional.empty(),
            begun.setting().source(),
            answers.afterwards() == Afterwards.REBOOT,
            answers.afterwards() == Afterwards.POWER_OFF,
            true);
    int code;
    try {
      code =
          wanted.run(
              host,
              ManualInstall.program(host, environment),
              event -> {
                Wizard now = latest.updateAndGet(wizard -> wizard.hear(event));
                face.heard(event, Views.of(now, checkMark));
              });
    } catch (HostFailure e) {
      latest.updateAndGet(wizard -> wizard.hear(new InstallEvent.Failed(e.getMessage())));
      code = 1;
    }
    face.forget();
    return latest.get().ended(code);
  }
}
