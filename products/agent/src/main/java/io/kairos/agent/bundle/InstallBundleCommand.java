package io.kairos.agent.bundle;

import io.kairos.agent.AgentLock;
import io.kairos.agent.Root;
import io.kairos.base.KairosException;
import io.kairos.config.BundleConfig;
import io.kairos.host.Host;
import io.kairos.images.RegistryAccess;
import java.io.PrintStream;
import java.util.List;

/** {@code kairos-agent install-bundle}: one target, now. */
public final class InstallBundleCommand {
  private final Host host;
  private final RegistryAccess registries;
  private final PrintStream out;

  /**
   * @param out what the bundle says while it is installed
   */
  public InstallBundleCommand(Host host, RegistryAccess registries, PrintStream out) {
    this.host = host;
    this.registries = registries;
    this.out = out;
  }

  /**
   * @param bundle with one target
   * @throws KairosException when it could not be installed
   */
  public void run(BundleConfig bundle) {
    Root.require();
    String target = BundleTarget.parse(bundle.targets().getFirst()).toString();
    try (AgentLock _ = AgentLock.take(host, "kairos-agent install-bundle " + target)) {
      new BundleInstaller(host, registries, new BundleOutput(out))
          .install(new Bundles(List.of(bundle), true, registries.allowsInsecure()));
      out.println("Installed " + target);
    }
  }
}
