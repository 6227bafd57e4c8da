package io.kairos.agent.reset;

import io.kairos.agent.AgentLock;
import io.kairos.agent.CheckedConfig;
import io.kairos.agent.Enter;
import io.kairos.agent.FirstConsole;
import io.kairos.agent.Interruption;
import io.kairos.agent.Lifecycle;
import io.kairos.agent.Root;
import io.kairos.agent.UserDataLoading;
import io.kairos.agent.bus.Provider;
import io.kairos.agent.bus.ProviderBus;
import io.kairos.agent.bus.ProviderEvent;
import io.kairos.agent.node.ActionContext;
import io.kairos.agent.node.ActionRunner;
import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SourceOpening;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import io.kairos.boot.BootState;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.config.ResetConfig;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.Host;
import io.kairos.images.ImageSource;
import io.kairos.plan.Plan;
import io.kairos.plan.StepProgress;
import io.kairos.stages.AdminUser;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code kairos-agent reset}: from the recovery system to a node that is as on its first day. */
public final class ResetCommand {
  private static final String TEXT = "/etc/kairos/branding/reset_text";

  /** Where the running recovery system is, as the initramfs leaves it. */
  private static final List<String> RECOVERY_IMAGES =
      List.of(
          "/run/initramfs/cos-state/cOS/recovery.img", "/run/initramfs/isoscan/cOS/recovery.img");

  private static final String RECOVERY_TREE = "/run/rootfsbase";

  private final ActionContext context;
  private final Host machine;
  private final PrintStream out;
  private final InputStream in;
  private final Duration reflection;

  /**
   * @param in where somebody may press Enter
   */
  public ResetCommand(ActionContext context, InputStream in) {
    this(context, in, Duration.ofSeconds(60));
  }

  /**
   * @param reflection how long somebody may change their mind
   */
  ResetCommand(ActionContext context, InputStream in, Duration reflection) {
    this.context = context;
    this.machine = context.machine();
    this.out = context.out();
    this.in = in;
    this.reflection = reflection;
  }

  /**
   * @throws KairosException when the node was not reset, or not wholly
   */
  public void run(ResetArguments arguments) {
    ResetPlanner.requireRecovery(BootState.observe(machine));
    Root.require();
    InstalledNode node = InstalledNode.observe(machine);
    ResetPlanner.requireResettable(node);
    if (arguments.view().isPresent()) {
      show(arguments, node);
      return;
    }
    if (!arguments.isUnattended() && isAborted()) {
      return;
    }
    UserDataLoading.await(machine, out, context.err());
    Config config = checked(arguments);
    Host host = context.host(config);
    try (AgentLock _ = AgentLock.take(machine, "kairos-agent reset")) {
      ProviderBus bus = ProviderBus.of(host, config, context.environment(), out);
      Wishes wishes = Wishes.of(bus.publish(ProviderEvent.RESET_BEFORE, Map.of("config", "")));
      reset(wishes.changed(request(arguments, config)), config, host, node);
      var _ = bus.publish(ProviderEvent.RESET_AFTER, Map.of("config", ""));
    }
    ResetConfig reset = config.agent().reset();
    new Lifecycle(host, out).afterwards(arguments.reboots() || reset.reboot(), reset.poweroff());
  }

  /** What providers want otherwise. */
  private record Wishes(Optional<Boolean> formatsOem, Optional<Boolean> isStrict) {
    static Wishes of(List<Provider.Answer> answers) {
      Wishes wishes = new Wishes(Optional.empty(), Optional.empty());
      for (Provider.Answer answer : answers) {
        if (!answer.data().isBlank()) {
          JsonObject data =
              Json.parseObject(
                  "answer of provider " + answer.provider().name(),
                  answer.data().getBytes(StandardCharsets.UTF_8));
          wishes =
              new Wishes(
                  flag(data, "reset-oem").or(wishes::formatsOem),
                  flag(data, "strict").or(wishes::isStrict));
        }
      }
      return wishes;
    }

    private static Optional<Boolean> flag(JsonObject data, String key) {
      return data.text(key).map("true"::equals);
    }

    ResetRequest changed(ResetRequest request) {
      return new ResetRequest(
          request.formatsPersistent(),
          formatsOem.orElse(request.formatsOem()),
          request.size(),
          request.title(),
          request.tty(),
          request.extraFolders(),
          isStrict.orElse(request.isStrict()));
    }
  }

  // ---- a person may object

  private boolean isAborted() {
    String text = read(machine.resolved(TEXT));
    out.println(
        text.isBlank()
            ? "This node is reset in %d s: its data are deleted.".formatted(reflection.toSeconds())
            : text.strip());
    out.println("Press Enter to stop.");
    out.flush();
    if (!Enter.of(in).isPressed(reflection)) {
      return false;
    }
    out.println("Reset aborted");
    FirstConsole.of(machine).close();
    return true;
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  // ---- what the user wants

  private Config checked(ResetArguments arguments) {
    Config config = new Collector(machine).directories(Collector.USER_DIRECTORIES).collect();
    CheckedConfig.require(config, machine, arguments.isStrict(), context.err());
    AdminUser.require(config, machine);
    return config;
  }

  private static ResetRequest request(ResetArguments arguments, Config config) {
    ResetConfig reset = config.agent().reset();
    return new ResetRequest(
        reset.resetPersistent(),
        arguments.formatsOem() || reset.resetOem(),
        reset.system().size(),
        config.position("reset.grub-entry-name").map(_ -> reset.grubEntryName()),
        Optional.of(reset.tty()).filter(tty -> !tty.isEmpty() && !tty.equals("tty1")),
        reset.extraDirectories(),
        arguments.isStrict() || config.agent().stages().strict());
  }

  private ImageSource source(Config config) {
    return config
        .agent()
        .reset()
        .system()
        .source()
        .map(ImageSource::parse)
        .or(this::recovery)
        .orElseThrow(
            () ->
                new Refused(
                    "undefined system source to reset to",
                    "set reset.system.source, for example to oci:IMAGE"));
  }

  private Optional<ImageSource> recovery() {
    for (String image : RECOVERY_IMAGES) {
      if (Files.isRegularFile(machine.resolved(image))) {
        return Optional.of(new ImageSource.ImageFile(Path.of(image)));
      }
    }
    return Files.isDirectory(machine.resolved(RECOVERY_TREE))
        ? Optional.of(new ImageSource.Directory(Path.of(RECOVERY_TREE)))
        : Optional.empty();
  }

  // ---- the reset

  private void show(ResetArguments arguments, InstalledNode node) {
    Config config = checked(arguments);
    ImageSource source = source(config);
    SystemSource system =
        source instanceof ImageSource.OciImage
            ? new SystemSource.Unseen(source.toString())
            : context.opening(node, config).open(source, StepProgress.IGNORED);
    Plan<NodeStep> plan =
        new ResetPlanner(
                node, request(arguments, config), system, SourceFacts.measure(machine, system))
            .plan();
    context.print(plan, arguments.view().get());
  }

  private void reset(ResetRequest request, Config config, Host host, InstalledNode node) {
    ActionRunner runner = context.runner(config);
    SourceOpening opening = context.opening(node, config);
    try (Interruption _ = Interruption.stops(runner::cancel)) {
      SystemSource system = runner.fetch(opening, source(config));
      runner.apply(
          new ResetPlanner(
                  InstalledNode.observe(host), request, system, SourceFacts.measure(host, system))
              .plan(),
          request.isStrict());
      runner.forget(opening);
    }
    out.println("This node is new again");
  }
}
