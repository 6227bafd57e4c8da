package io.kairos.e2e;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.kairos.dist.workshop.DemoCloudConfig;
import io.kairos.dist.workshop.NodeCheck;
import io.kairos.dist.workshop.NodeKey;
import io.kairos.dist.workshop.NodeMachine;
import io.kairos.dist.workshop.NodeShell;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Flattened;
import io.kairos.images.RootfsTar;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.qemu.QemuMachine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * A distribution of a registry that a cluster converts by our kairos-init, in a pod without
 * privileges, and the node that its medium installs.
 */
@Tag("long")
class ConvertedInClusterIT {
  private static final Path FOLDER = Path.of("target/ConvertedInClusterIT").toAbsolutePath();

  private final LinuxHost host = LinuxHost.here();

  @TestFactory
  Stream<DynamicTest> aDistributionOfARegistryBecomesANode() throws IOException {
    FileTree.delete(FOLDER);
    Files.createDirectories(FOLDER);
    NodeKey key = DemoArtifacts.key();
    Path medium = medium(DemoCloudConfig.opening(key));

    NodeMachine node = InstalledDisk.empty(host, medium, Firmware.BIOS, FOLDER.resolve("machine"));
    node.install(medium);
    try (QemuMachine machine = node.boot(key.access())) {
      return NodeJourney.tests(
          new NodeShell(machine, key.access())
              .check(
                  List.of(
                      NodeCheck.prints("active", "kairos-agent state get boot", "active_boot"),
                      NodeCheck.prints(
                          "version", ". /etc/kairos-release && echo $KAIROS_VERSION", "v0.7.0"),
                      NodeCheck.prints("the user's part", "cat /etc/site", "edge-42"),
                      NodeCheck.prints("no tool left", "ls /kairos-init 2>/dev/null", ""),
                      NodeJourney.SYSTEMD_IS_CONTENT)));
    }
  }

  private Path medium(DemoCloudConfig config) throws IOException {
    try (var cluster = ArtifactCluster.startWithBuildah(host, FOLDER);
        var registry = ClusterRegistry.start(host, cluster, FOLDER.resolve("registry"))) {
      registry.push(distribution(), "distribution/debian:13");
      Path kairosInit = FOLDER.resolve("kairos-init.tar");
      var _ = registry.workshop("init-image", "--output=" + kairosInit, "--name=kairos-init:1");
      registry.push(kairosInit, "kairos-init:1");
      cluster
          .client()
          .resource(
              new SecretBuilder()
                  .withNewMetadata()
                  .withName("demo")
                  .withNamespace("default")
                  .endMetadata()
                  .addToStringData("userdata", config.text())
                  .build())
          .create();
      cluster.apply(registry.text("converted.yaml"));

      GenericKubernetesResource done = cluster.awaitEnd("converted");

      ArtifactCluster.requireReady(done);
      Path root = FOLDER.resolve("root");
      var _ =
          registry.workshop(
              "unpack", "ocifile:" + cluster.path("/srv/converted/converted.tar"), root.toString());
      var _ = registry.workshop("validate", "dir:" + root);
      Path medium = FOLDER.resolve("converted.iso");
      Files.copy(cluster.path("/srv/converted/converted.iso"), medium);
      return medium;
    }
  }

  /** With its packages, so that pods need none. */
  private static Path distribution() throws IOException {
    Path tar = FOLDER.resolve("distribution.tar");
    try (OutputStream out = Files.newOutputStream(tar)) {
      new RootfsTar(Flattened.of(DemoArtifacts.distribution())).writeTo(out);
    }
    return RegistryImage.packed(tar, FOLDER.resolve("distribution")).layout();
  }
}
