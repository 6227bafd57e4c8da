package io.kairos.agent.start;

import io.kairos.agent.HostWithEnvironment;
import io.kairos.agent.bundle.BundleInstaller;
import io.kairos.agent.bundle.BundleOutput;
import io.kairos.agent.bundle.Bundles;
import io.kairos.agent.bus.ProviderBus;
import io.kairos.agent.bus.ProviderEvent;
import io.kairos.agent.phonehome.PhoneHomeService;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.boot.BootPerformer;
import io.kairos.boot.BootState;
import io.kairos.boot.BootStep;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.host.Host;
import io.kairos.images.RegistryAccess;
import io.kairos.plan.StepProgress;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * {@code kairos-agent start}: once a boot, when the node is up. The first boot of all does what the
 * configuration says for it; then providers are told to make the node what it shall be.
 */
public final class StartCommand {
  private static final String FOLDER = "/usr/local/.kairos";
  private static final String SENTINEL = FOLDER + "/sentinel_firstboot";
  private static final String OEM_ENVIRONMENT = "/oem/grubenv";
  private static final String PROVIDER_LOG = "/var/log/kairos/agent-provider.log";

  private final Host machine;
  private final Function<Path, Host> roots;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;
  private final Duration pause;

  /**
   * @param roots opens another root, as {@link BootPerformer} wants it
   */
  public StartCommand(
      Host machine,
      Function<Path, Host> roots,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err) {
    this(machine, roots, environment, out, err, Duration.ofSeconds(5));
  }

  /**
   * @param pause before it starts over
   */
  StartCommand(
      Host machine,
      Function<Path, Host> roots,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err,
      Duration pause) {
    this.machine = machine;
    this.roots = roots;
    this.environment = environment;
    this.out = out;
    this.err = err;
    this.pause = pause;
  }

  /**
   * The command line.
   *
   * @param folders of the configuration; the usual ones when empty
   * @param api address that providers are told
   * @param restarts whether it starts over when something fails
   */
  public record Arguments(List<String> folders, String api, boolean restarts) {
    public Arguments {
      folders = List.copyOf(folders);
    }
  }

  /**
   * @throws KairosException when the first boot could not be finished, or a provider failed; the
   *     unit then tries again
   */
  public void run(Arguments arguments) {
    while (true) {
      try {
        once(arguments);
        return;
      } catch (KairosException e) {
        if (!arguments.restarts()) {
          throw e;
        }
        err.println("WARNING: " + e.getMessage() + "; starting over");
        rest();
      }
    }
  }

  private void rest() {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted before starting over");
    }
  }

  private void once(Arguments arguments) {
    Config config = scan(arguments);
    if (config.install().auto() && BootState.observe(machine) == BootState.LIVE) {
      out.println("This medium installs by itself (install.auto), so nothing else is started");
      return;
    }
    makeFolder();
    if (!Files.exists(machine.path(SENTINEL))) {
      firstBoot(config);
      config = scan(arguments);
    }
    Host host = HostWithEnvironment.of(machine, config.agent().env());
    Map<String, Object> payload = new LinkedHashMap<>();
    payload.put("api", arguments.api());
    payload.put("config", config.asYaml());
    payload.put("logfile", PROVIDER_LOG);
    var _ =
        ProviderBus.of(host, config, environment, out).publish(ProviderEvent.BOOTSTRAP, payload);
    if (config.agent().phoneHome().url().isPresent()) {
      phoneHome();
    }
  }

  /** A node that cannot phone home is up all the same. */
  private void phoneHome() {
    try {
      new PhoneHomeService(machine).enable();
    } catch (KairosException e) {
      err.println("WARNING: this node does not phone home: " + e.getMessage());
    }
  }

  private Config scan(Arguments arguments) {
    Config config =
        new Collector(machine)
            .directories(
                arguments.folders().isEmpty() ? Collector.USER_DIRECTORIES : arguments.folders())
            .collect();
    config.failures().forEach(problem -> err.println("WARNING: " + problem.render()));
    return config;
  }

  private void makeFolder() {
    try {
      Path folder = Files.createDirectories(machine.resolved(FOLDER));
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new HostFailure("cannot make " + FOLDER, e);
    }
  }

  private void installBundles(Config config) {
    var bundles =
        new Bundles(
            config.agent().bundles(),
            config.agent().failOnBundleErrors(),
            config.install().allowInsecureRegistries());
    if (bundles.isEmpty()) {
      return;
    }
    Host host = HostWithEnvironment.of(machine, config.agent().env());
    RegistryAccess registries =
        RegistryAccess.of(host, environment).allowingInsecure(bundles.allowsInsecureRegistries());
    try {
      new BundleInstaller(host, registries, new BundleOutput(out)).install(bundles);
    } catch (HostFailure e) {
      if (bundles.mustSucceed()) {
        throw e;
      }
      err.println("WARNING: " + e.getMessage());
    }
  }

  /** The sentinel comes last: a first boot that was cut is done again. */
  private void firstBoot(Config config) {
    installBundles(config);
    Map<String, String> options = config.agent().grubOptions();
    if (!options.isEmpty()) {
      var _ =
          new BootPerformer(machine, roots)
              .perform(
                  new BootStep.SetVariables(machine.path(OEM_ENVIRONMENT), options),
                  StepProgress.IGNORED);
    }
    new DurableFile(machine.kernel()).write(machine.resolved(SENTINEL), "", "rw-r--r--");
  }
}
