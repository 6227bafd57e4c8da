package io.kairos.kubernetes;

import io.kairos.base.Refused;
import io.kairos.host.Host;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a machine needs to run nodes, beside {@link KubernetesProgram}. */
public final class NodePrograms {
  /** Debian's packages by a program or file of each. */
  private static final Map<String, String> PACKAGES =
      new TreeMap<>(
          Map.of(
              "containerd", "containerd",
              "runc", "runc",
              "/usr/lib/cni/bridge", "containernetworking-plugins",
              "nft", "nftables",
              "ip", "iproute2",
              "busybox", "busybox-static",
              "openssl", "openssl"));

  private NodePrograms() {}

  /** Packages that this machine lacks. */
  public static List<String> missing(Host host) {
    return PACKAGES.entrySet().stream()
        .filter(
            program ->
                program.getKey().startsWith("/")
                    ? !Files.exists(host.resolved(program.getKey()))
                    : !host.hasProgram(program.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  /**
   * @throws Refused when something is missing, or this process is not root's
   */
  public static void check(Host host) {
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new Refused("nodes need namespaces, mounts and links of root", "start it as root");
    }
    List<String> missing = missing(host);
    if (!missing.isEmpty()) {
      throw new Refused(
          "nodes need what this machine does not have: " + String.join(", ", missing),
          "apt-get install " + String.join(" ", missing));
    }
  }
}
