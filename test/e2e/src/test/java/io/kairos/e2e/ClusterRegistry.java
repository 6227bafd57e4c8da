package io.kairos.e2e;

import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.SelfSigned;
import io.kairos.testkit.registry.DebianRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A registry that pods of a cluster reach: it wants a login, and its certificate is nobody's.
 *
 * @param folder of what it stores, and of the login
 * @param certificate PEM
 */
record ClusterRegistry(LinuxHost machine, DebianRegistry registry, Path folder, Path certificate)
    implements AutoCloseable {
  /** builder, let-me-in. */
  private static final String LOGIN =
      "builder:$2b$05$abcdefghijklmnopqrstuu3Jd./u/rH1RxB6auX5v7gLP6uWhKCgG\n";

  /**
   * Starts an empty one, and gives the cluster its login and its certificate.
   *
   * @param folder where nothing of it is yet
   */
  static ClusterRegistry start(LinuxHost machine, ArtifactCluster cluster, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    String address = cluster.cluster().machineAddress();
    SelfSigned own =
        SelfSigned.make(machine, folder, "registry", "/CN=registry", List.of("IP:" + address));
    DebianRegistry registry =
        DebianRegistry.guarded(
            folder, new DebianRegistry.Guard(address, own.certificate(), own.key(), LOGIN));
    var started = new ClusterRegistry(machine, registry, folder, own.certificate());
    Files.writeString(
        Files.createDirectories(folder.resolve("login")).resolve("config.json"),
        started.filled("{\"auths\": {\"@REGISTRY@\": {\"auth\": \"YnVpbGRlcjpsZXQtbWUtaW4=\"}}}"));
    cluster.apply(started.text("registry.yaml"));
    return started;
  }

  /** A document beside the tests with the registry's address and certificate in it. */
  String text(String name) throws IOException {
    return filled(Beside.text("osartifact/" + name))
        .replace("@CERTIFICATE@", Files.readString(certificate).indent(4).stripTrailing());
  }

  private String filled(String text) {
    return text.replace("@REGISTRY@", registry.host());
  }

  /** {@code ADDRESS:PORT}. */
  String host() {
    return registry.host();
  }

  /** Runs a command of the workshop with the login. */
  Output workshop(String... words) {
    return machine.run(
        WorkshopHome.ofProcess()
            .program(words)
            .env("DOCKER_CONFIG", folder.resolve("login").toString())
            .env("SSL_CERT_DIR", folder.toString())
            .within(ArtifactCluster.DEADLINE));
  }

  /**
   * @param layout OCI, or an archive of one
   * @param name without the registry
   */
  void push(Path layout, String name) {
    var _ = workshop("push", layout.toString(), host() + "/" + name);
  }

  /** Unpacks an image over a folder. */
  void unpack(String name, Path root) {
    var _ = workshop("unpack", host() + "/" + name, root.toString());
  }

  @Override
  public void close() {
    registry.close();
  }
}
