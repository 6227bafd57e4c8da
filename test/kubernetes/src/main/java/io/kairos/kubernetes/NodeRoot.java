package io.kairos.kubernetes;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.PathsBelow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The files that a node has for itself; {@code node/init.sh} completes them by the programs of the
 * machine.
 */
final class NodeRoot {
  /** What a node's root consists of beside links into {@code /usr}. */
  private static final List<String> FOLDERS =
      List.of(
          "boot",
          "home",
          "oem",
          "root",
          "srv",
          "tmp",
          "usr/local/.kairos",
          "usr/bin",
          "usr/sbin",
          "etc/kubernetes",
          "etc/cni/net.d",
          "etc/containerd",
          "var/log",
          "var/lib");

  private static final List<String> POWER_PROGRAMS =
      List.of("bin/systemctl", "sbin/reboot", "sbin/poweroff", "sbin/halt", "sbin/shutdown");

  private final Path root;
  private final PathsBelow paths;

  NodeRoot(Path root) {
    this.root = root;
    this.paths = new PathsBelow(root);
  }

  Path path(String absolute) {
    return paths.locate(absolute, false);
  }

  /** Writes all that a node finds when it starts for the first time. */
  void furnish(Host host, String name, int index, Addresses addresses, ControlPlane controlPlane) {
    try {
      for (String folder : FOLDERS) {
        Files.createDirectories(root.resolve(folder));
      }
      Files.setAttribute(root.resolve("tmp"), "unix:mode", 01777);
      Files.createSymbolicLink(root.resolve("var/run"), Path.of("/run"));
      for (String program : POWER_PROGRAMS) {
        write("/usr/" + program, Resource.text("node/power.sh"));
        Files.setPosixFilePermissions(
            path("/usr/" + program), PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      // sbin comes first in some search paths and bin in others
      Files.createSymbolicLink(path("/usr/bin/reboot"), Path.of("../sbin/reboot"));
      for (String file : List.of("os-release", "kairos-release", "passwd", "group")) {
        write("/etc/" + file, Resource.text("node/" + file));
      }
      write("/etc/hostname", name + "\n");
      write("/etc/hosts", "127.0.0.1 localhost\n" + addresses.node(index) + " " + name + "\n");
      write("/etc/resolv.conf", "");
      write("/etc/machine-id", UUID.randomUUID().toString().replace("-", "") + "\n");
      // Links to the programs that the machine prefers, such as iptables, and libraries' places.
      host.run(Command.of("cp", "-a", "/etc/alternatives", "/etc/ld.so.cache", root + "/etc"));
      write("/etc/containerd/config.toml", Resource.text("node/containerd.toml"));
      write(
          "/etc/cni/net.d/10-pods.conflist",
          filled("node/10-pods.conflist", Map.of("POD_RANGE", addresses.podRange(index))));
      write("/etc/kubernetes/kubelet.yaml", Resource.text("node/kubelet.yaml"));
      write(
          "/etc/kubernetes/kube-proxy.yaml",
          filled("node/kube-proxy.yaml", Map.of("CLUSTER_RANGE", addresses.range())));
      Files.copy(
          controlPlane.kubeletClientCertificate(), path("/etc/kubernetes/kubelet-client.crt"));
      controlPlane.kubeconfigOf(AccessTokens.node(name)).write(path("/etc/kubernetes/kubeconfig"));
      controlPlane
          .kubeconfigOf(AccessTokens.PROXY)
          .write(path("/etc/kubernetes/kube-proxy.kubeconfig"));
    } catch (IOException e) {
      throw new HostFailure("cannot write the files of node " + name + " below " + root, e);
    }
  }

  private void write(String absolute, String text) throws IOException {
    Files.writeString(path(absolute), text);
  }

  private static String filled(String resource, Map<String, String> values) {
    String text = Resource.text(resource);
    for (var value : values.entrySet()) {
      text = text.replace("@" + value.getKey() + "@", value.getValue());
    }
    return text;
  }
}
