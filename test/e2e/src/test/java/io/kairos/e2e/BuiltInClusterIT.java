package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Digest;
import io.kairos.images.ImageBuilder;
import io.kairos.images.LayerCompression;
import io.kairos.images.Packer;
import io.kairos.images.Platform;
import io.kairos.kubernetes.Cluster;
import io.kairos.kubernetes.ClusterSpec;
import io.kairos.kubernetes.KitClient;
import io.kairos.kubernetes.KubernetesProgram;
import io.kairos.operator.OperatorEnvironment;
import io.kairos.operator.OperatorOptions;
import io.kairos.operator.osartifact.OSArtifact;
import io.kairos.operator.osartifact.OSArtifactReconciler;
import io.kairos.operator.process.OperatorProcess;
import io.kairos.testkit.qemu.Firmware;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An OSArtifact in a cluster with a real node becomes the ISO that this machine makes. */
class BuiltInClusterIT {
  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");
  private static final String TOOLS = "registry.test/auroraboot:1";
  private static final Path FOLDER = Path.of("target/BuiltInClusterIT").toAbsolutePath();
  private static final Duration DEADLINE = Duration.ofMinutes(20);

  private final LinuxHost host = LinuxHost.here();

  @BeforeEach
  void clear() throws IOException {
    FileTree.delete(FOLDER);
    Files.createDirectories(FOLDER);
  }

  @Tag("cluster")
  @Test
  void anArtifactOfTheClusterIsTheOneOfThisMachine() throws IOException {
    build(archive(tinyImage()));
  }

  @Tag("long")
  @Test
  void anArtifactOfAKairosImageIsAMediumThatInstalls() throws IOException {
    Path medium = build(archive(DemoArtifacts.demoImage().path()));
    InstalledDisk.empty(host, medium, Firmware.BIOS, FOLDER.resolve("machine")).install(medium);
  }

  /**
   * @return the medium of the cluster
   */
  private Path build(Path image) throws IOException {
    Path local = local(image);
    Path medium = FOLDER.resolve("of-the-cluster.iso");
    try (var cluster =
        Cluster.start(
            host,
            ClusterSpec.cluster(FOLDER.resolve("cluster"), KubernetesProgram.built(host), 1)
                .withImage(tools()))) {
      Path artifacts = cluster.node("n1").path("/srv/artifacts");
      Files.createDirectories(artifacts);
      Files.copy(image, artifacts.resolve("input.tar"));
      try (KubernetesClient client = KitClient.of(cluster.kubeconfig());
          OperatorProcess _ = operator(cluster)) {
        apply(cluster, client);
        Resource<GenericKubernetesResource> demo =
            client
                .genericKubernetesResources(
                    ResourceDefinitionContext.fromResourceType(OSArtifact.class))
                .inNamespace("default")
                .withName("demo");
        GenericKubernetesResource done =
            demo.waitUntilCondition(
                found -> Set.of("Ready", "Error").contains(text(found, "phase")),
                DEADLINE.toSeconds(),
                TimeUnit.SECONDS);

        assertThat(text(done, "phase")).as(text(done, "message")).isEqualTo("Ready");
        assertThat(artifacts.resolve("demo.iso")).hasSameBinaryContentAs(local);
        Files.copy(artifacts.resolve("demo.iso"), medium);
        assertThat((List<?>) done.get("status", "artifacts"))
            .anySatisfy(
                each ->
                    assertThat(((Map<?, ?>) each).get("sha256"))
                        .isEqualTo(Digest.sha256(local).hex()));
        assertThat(text(done, "progress")).isEqualTo("2/2");

        demo.delete();
        demo.waitUntilCondition(Objects::isNull, 60, TimeUnit.SECONDS);
        for (var left :
            List.of(client.pods(), client.configMaps(), client.persistentVolumeClaims())) {
          left.inNamespace("default")
              .withLabel("build.kairos.io/artifact")
              .informOnCondition(List::isEmpty)
              .orTimeout(120, TimeUnit.SECONDS)
              .join();
        }
      }
    }
    return medium;
  }

  private static String text(GenericKubernetesResource artifact, String key) {
    return Optional.ofNullable(artifact)
        .map(found -> found.<Object>get("status", key))
        .map(Object::toString)
        .orElse("");
  }

  private static OperatorProcess operator(Cluster cluster) {
    return OperatorProcess.start(
        OperatorOptions.parse(
            List.of(
                "--kubeconfig=" + cluster.kubeconfig(),
                "--tool-image=" + TOOLS,
                "--health-probe-bind-address=0")),
        OperatorEnvironment.of(Map.of("OSARTIFACT_PULL_POLICY", "IfNotPresent")),
        List.of(OSArtifactReconciler::register));
  }

  private static void apply(Cluster cluster, KubernetesClient client) throws IOException {
    String crd = "/io/kairos/operator/crd/build.kairos.io_osartifacts.yaml";
    try (InputStream in = OperatorProcess.class.getResourceAsStream(crd)) {
      client.load(in).serverSideApply();
    }
    cluster.controlPlane().awaitServed("build.kairos.io/v1alpha2/osartifacts");
    try (InputStream in = resource("osartifact-inputs.yaml")) {
      client.load(in).inNamespace("default").serverSideApply();
    }
    try (InputStream in = resource("osartifact.yaml")) {
      client.resources(OSArtifact.class).inNamespace("default").load(in).serverSideApply();
    }
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(BuiltInClusterIT.class.getResourceAsStream(name), name);
  }

  // ---- what this machine makes

  private void workshop(String... words) {
    host.run(WorkshopHome.ofProcess().program(words).within(DEADLINE));
  }

  private Path local(Path image) throws IOException {
    Path config =
        Files.writeString(
            FOLDER.resolve("config.yaml"),
            "#cloud-config\ninstall:\n  auto: true\n  device: auto\n  nousers: true\n  reboot: true\n");
    Path overlay = Files.createDirectories(FOLDER.resolve("overlay"));
    Files.writeString(overlay.resolve("note.txt"), "on the medium\n");
    workshop("unpack", "ocifile:" + image, FOLDER.resolve("rootfs").toString());
    workshop(
        "build-iso",
        "dir:" + FOLDER.resolve("rootfs"),
        "--name=demo",
        "--output=" + FOLDER.resolve("local"),
        "--overlay-iso=" + overlay,
        "--cloud-config=" + config);
    return FOLDER.resolve("local/demo.iso");
  }

  private Path tools() {
    String made = System.getProperty("kairos.tool-image", "");
    if (!made.isEmpty()) {
      return Path.of(made);
    }
    Path archive = FOLDER.resolve("tools.tar");
    workshop("tool-image", "--output=" + archive, "--name=" + TOOLS);
    return archive;
  }

  /** A few files that have all that a medium needs. */
  private Path tinyImage() throws IOException {
    Path root = FOLDER.resolve("root");
    Map<String, String> files =
        Map.of(
            "etc/kairos-release",
            """
            KAIROS_FLAVOR=debian
            KAIROS_FLAVOR_RELEASE=13
            KAIROS_VARIANT=core
            KAIROS_ARCH=amd64
            KAIROS_MODEL=generic
            KAIROS_VERSION=v0.1.0
            """,
            "boot/vmlinuz",
            "kernel",
            "boot/initrd",
            "initrd",
            "usr/lib/shim/shimx64.efi.signed",
            "shim",
            "usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed",
            "grub for CDs",
            "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
            "grub for disks");
    for (var file : files.entrySet()) {
      Path path = root.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    Path layout = FOLDER.resolve("layout");
    try (var builder =
        ImageBuilder.to(
            layout,
            Platform.linux(System.getProperty("os.arch")),
            CREATED,
            LayerCompression.NONE,
            host.kernel())) {
      builder.addTree(root, Set.of(), "a tiny system").name("tiny:1").commit();
    }
    return layout;
  }

  private Path archive(Path layout) {
    Path archive = FOLDER.resolve("input.tar");
    new Packer(host.kernel(), CREATED).archive(layout, archive);
    return archive;
  }
}
