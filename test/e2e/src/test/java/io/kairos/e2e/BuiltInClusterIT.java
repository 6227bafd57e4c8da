package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Digest;
import io.kairos.images.Packer;
import io.kairos.testkit.qemu.Firmware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An OSArtifact in a cluster with a real node becomes the ISO that this machine makes. */
class BuiltInClusterIT {
  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");
  private static final Path FOLDER = Path.of("target/BuiltInClusterIT").toAbsolutePath();

  private final LinuxHost host = LinuxHost.here();

  @BeforeEach
  void clear() throws IOException {
    FileTree.delete(FOLDER);
    Files.createDirectories(FOLDER);
  }

  @Tag("cluster")
  @Test
  void anArtifactOfTheClusterIsTheOneOfThisMachine() throws IOException {
    build(archive(TinySystem.image(host, FOLDER)));
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
    try (var cluster = ArtifactCluster.start(host, FOLDER)) {
      Path artifacts = Files.createDirectories(cluster.path("/srv/artifacts"));
      Files.copy(image, artifacts.resolve("input.tar"));
      cluster.apply(Beside.text("osartifact/demo-inputs.yaml"));
      cluster.apply(Beside.text("osartifact/demo.yaml"));

      GenericKubernetesResource done = cluster.awaitEnd("demo");

      ArtifactCluster.requireReady(done);
      assertThat(artifacts.resolve("demo.iso")).hasSameBinaryContentAs(local);
      Files.copy(artifacts.resolve("demo.iso"), medium);
      assertThat((List<?>) done.get("status", "artifacts"))
          .anySatisfy(
              each ->
                  assertThat(((Map<?, ?>) each).get("sha256"))
                      .isEqualTo(Digest.sha256(local).hex()));
      assertThat(ArtifactCluster.status(done, "progress")).isEqualTo("2/2");
      cluster.delete("demo");
    }
    return medium;
  }

  // ---- what this machine makes

  private void workshop(String... words) {
    host.run(WorkshopHome.ofProcess().program(words).within(ArtifactCluster.DEADLINE));
  }

  /** What the cluster gets, too. */
  private static String input(String part, String key) {
    for (String document : Beside.text("osartifact/demo-inputs.yaml").split("(?m)^---$")) {
      String value =
          Serialization.unmarshal(document, GenericKubernetesResource.class).get(part, key);
      if (value != null) {
        return value;
      }
    }
    throw new IllegalArgumentException("no input has " + part + "." + key);
  }

  private Path local(Path image) throws IOException {
    Path config = Files.writeString(FOLDER.resolve("config.yaml"), input("stringData", "userdata"));
    Path overlay = Files.createDirectories(FOLDER.resolve("overlay"));
    Files.writeString(overlay.resolve("note.txt"), input("data", "note.txt"));
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

  private Path archive(Path layout) {
    Path archive = FOLDER.resolve("input.tar");
    new Packer(host.kernel(), CREATED).archive(layout, archive);
    return archive;
  }
}
