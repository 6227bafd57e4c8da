package io.kairos.agent.install;

import io.kairos.agent.AgentLock;
import io.kairos.agent.CheckedConfig;
import io.kairos.agent.FirstConsole;
import io.kairos.agent.FrontendEvents;
import io.kairos.agent.HostWithEnvironment;
import io.kairos.agent.Interruption;
import io.kairos.agent.Lifecycle;
import io.kairos.agent.Root;
import io.kairos.agent.Stages;
import io.kairos.agent.UserDataLoading;
import io.kairos.agent.node.JournalProgress;
import io.kairos.agent.node.PlanFormat;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import io.kairos.boot.BootPerformer;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.config.Fetcher;
import io.kairos.config.HttpFetcher;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import io.kairos.plan.ConsoleProgress;
import io.kairos.plan.Faults;
import io.kairos.plan.Progress;
import io.kairos.stages.AdminUser;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code kairos-agent install} and {@code kairos-agent manual-install}: from the words of the user
 * to an installed disk, or to the view of a plan.
 */
public final class InstallCommand {
  private static final String OWNER_ONLY = "rw-------";

  private final Host machine;
  private final Function<Path, Host> roots;
  private final Function<Config, Stages> stages;
  private final PrintStream out;
  private final PrintStream err;
  private final Fetcher fetcher = new HttpFetcher();
  private final Optional<FrontendEvents> frontend;

  /**
   * @param roots opens a mounted image as the root of another system
   * @param stages runs stages as this configuration wants
   * @param out results and, if {@link FrontendEvents#VARIABLE} is set, events
   * @param err warnings, and progress while events go to {@code out}
   */
  public InstallCommand(
      Host machine,
      Function<Path, Host> roots,
      Function<Config, Stages> stages,
      PrintStream out,
      PrintStream err) {
    this.machine = machine;
    this.roots = roots;
    this.stages = stages;
    this.out = out;
    this.err = err;
    String wanted = System.getenv(FrontendEvents.VARIABLE);
    this.frontend =
        wanted == null || wanted.isEmpty()
            ? Optional.empty()
            : Optional.of(new FrontendEvents(out));
  }

  /**
   * @throws KairosException when nothing was installed, or not everything
   */
  public void run(InstallArguments arguments) {
    try {
      Root.require();
      if (arguments.view().isPresent()) {
        show(arguments);
      } else {
        String name = arguments.config().isPresent() ? "manual-install" : "install";
        try (AgentLock _ = AgentLock.take(machine, "kairos-agent " + name)) {
          install(arguments);
        }
      }
    } catch (KairosException e) {
      frontend.ifPresent(events -> events.error(e.getMessage()));
      throw e;
    }
  }

  private void show(InstallArguments arguments) {
    Config config = checked(arguments);
    Host host = withEnvironment(config, machine);
    InstallRequest request = request(config, host).withCloudInit(mergedConfigFile("…"));
    InstallPlan plan = installer(config, host, Progress.SILENT).plan(request);
    out.print(arguments.view().get() == PlanFormat.JSON ? plan.json() : plan.render());
    out.flush();
  }

  private void install(InstallArguments arguments) {
    Config config = checked(arguments);
    Host host = withEnvironment(config, machine);
    Path merged = keep(config);
    InstallRequest request;
    try {
      request = request(config, host).withCloudInit(merged);
      apply(config, host, request);
    } finally {
      delete(merged);
    }
    frontend.ifPresent(FrontendEvents::done);
    finish(host, request.afterwards(), arguments.config().isEmpty());
  }

  private void apply(Config config, Host host, InstallRequest request) {
    Progress console =
        ConsoleProgress.on(frontend.isPresent() ? err : out)
            .and(JournalProgress.of(machine, System.getenv(), err));
    Progress progress = frontend.map(console::and).orElse(console);
    Installer installer = installer(config, host, progress);
    try (Interruption _ = Interruption.stops(installer::cancel)) {
      installer.install(request, note -> err.println("note: " + note));
    }
  }

  private Installer installer(Config config, Host host, Progress progress) {
    Function<Path, Host> images = roots.andThen(image -> withEnvironment(config, image));
    return new Installer(
        host, images, new BootPerformer(host, images), stages.apply(config), progress, Faults.NONE);
  }

  private static Host withEnvironment(Config config, Host host) {
    List<String> assignments = new ArrayList<>(config.agent().env());
    assignments.addAll(config.install().env());
    return HostWithEnvironment.of(host, assignments);
  }

  // ---- what the user wants

  private Config checked(InstallArguments arguments) {
    Config config = collect(arguments);
    CheckedConfig.require(config, machine, arguments.isStrict(), err);
    if (arguments.config().isEmpty() && !config.install().auto()) {
      throw new Refused(
          "nothing here says that this machine may install by itself: install.auto is not set",
          config.position("install.auto"),
          "put a cloud-config with install.auto: true on the medium or the kernel command line, or"
              + " run kairos-agent manual-install CONFIG; pairing is not available yet");
    }
    AdminUser.require(config, machine);
    return config;
  }

  private Config collect(InstallArguments arguments) {
    var collector = new Collector(machine);
    if (arguments.config().isEmpty()) {
      UserDataLoading.await(machine, out, err);
    }
    if (arguments.usesDefaultFolders()) {
      collector.directories(Collector.USER_DIRECTORIES);
    }
    arguments.config().map(this::document).ifPresent(collector::reader);
    flags(arguments).map(Json::write).ifPresent(collector::reader);
    collector.commandLine(read(machine.path("/proc/cmdline")));
    return collector.collect();
  }

  /** A document that the collector reads: the file's own text, or one that points to the URL. */
  private String document(String fileOrUrl) {
    if (fileOrUrl.matches("[a-z][a-z0-9+.-]*://.*")) {
      return Json.write(Map.of("config_url", fileOrUrl));
    }
    Path file = Path.of(fileOrUrl);
    if (!Files.exists(file)) {
      throw new Refused("there is no file " + fileOrUrl, "name a cloud-config file or its URL");
    }
    return read(file);
  }

  private static Optional<Map<String, Object>> flags(InstallArguments arguments) {
    Map<String, Object> install = new LinkedHashMap<>();
    arguments.source().ifPresent(source -> install.put("source", source));
    arguments.device().ifPresent(device -> install.put("device", device));
    if (arguments.allowsInsecureRegistries()) {
      install.put("allow-insecure-registries", true);
    }
    if (arguments.reboots()) {
      install.put("reboot", true);
    }
    if (arguments.powersOff()) {
      install.put("poweroff", true);
    }
    return install.isEmpty() ? Optional.empty() : Optional.of(Map.of("install", install));
  }

  private InstallRequest request(Config config, Host host) {
    InstallRequest request = new RequestReader(config).read(this::fetched);
    return request.withDevice(
        TargetDevice.resolve(host, request.device(), request.devicePosition()));
  }

  /** An entry of {@code install.cloud-init} as a file. */
  private Path fetched(String entry) {
    String path = entry.replaceFirst("^file://", "");
    if (!path.contains("://")) {
      Path file = machine.resolved(path.startsWith("/") ? path : "/" + path);
      if (!Files.exists(file)) {
        throw new Refused("source " + entry + " does not exist", "mend install.cloud-init");
      }
      return file;
    }
    Path file = temporary("kairos-cloud-init-");
    write(file, fetcher.fetch(URI.create(path)));
    file.toFile().deleteOnExit();
    return file;
  }

  // ---- the merged configuration, which the node keeps

  private Path keep(Config config) {
    Path file = temporary("kairos-install-config-");
    write(file, config.asYaml());
    return file;
  }

  private Path temporary(String prefix) {
    Path folder = mergedConfigFile("").getParent();
    try {
      Files.createDirectories(folder);
      return Files.createTempFile(
          folder,
          prefix,
          ".yaml",
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
    } catch (IOException e) {
      throw new HostFailure("cannot keep the merged configuration in " + folder, e);
    }
  }

  private Path mergedConfigFile(String suffix) {
    String folder = Optional.ofNullable(System.getenv("TMPDIR")).orElse("/tmp");
    return machine.path(folder).resolve("kairos-install-config-" + suffix + ".yaml");
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new HostFailure("cannot write " + file, e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new HostFailure("cannot delete " + file + ", which may hold passwords", e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  // ---- afterwards

  private void finish(Host host, InstallRequest.Afterwards afterwards, boolean isUnattended) {
    var lifecycle = new Lifecycle(host, out);
    if (afterwards.reboots()) {
      lifecycle.reboot();
    }
    if (afterwards.powersOff()) {
      lifecycle.powerOff();
    }
    if (afterwards.equals(new InstallRequest.Afterwards(false, false))) {
      out.println("Installation completed; remove the medium and reboot to start the new system");
      if (isUnattended) {
        FirstConsole.of(host).close();
      }
    }
  }
}
