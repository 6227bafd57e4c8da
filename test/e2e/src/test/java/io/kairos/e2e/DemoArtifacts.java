package io.kairos.e2e;

import io.kairos.dist.workshop.Artifact;
import io.kairos.dist.workshop.DemoCloudConfig;
import io.kairos.dist.workshop.NodeKey;
import io.kairos.dist.workshop.Pipeline;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.images.OciLayout;
import io.kairos.images.StoredImage;
import java.nio.file.Path;

/** What the machines of journeys are made from; made by the first journey that asks. */
final class DemoArtifacts {
  private static final String DISTRIBUTION = "debian:13";

  private DemoArtifacts() {}

  private static Pipeline pipeline() {
    var home = WorkshopHome.ofProcess();
    return Pipeline.in(home.defaultWork(), home);
  }

  /** Of all machines; each has a folder of its own there. */
  static Path target() {
    return WorkshopHome.ofProcess().root().resolve("test/e2e/target");
  }

  /** What the packages of the distribution are, before it is converted: the demo's first layer. */
  static StoredImage distribution() {
    StoredImage image = OciLayout.open(image()).image();
    return new StoredImage(
        image.manifest(), image.annotations(), image.config(), image.layers().subList(0, 1));
  }

  /** Opens every node that the ISO installs. */
  static NodeKey key() {
    return pipeline().key();
  }

  /** An OCI layout. */
  static Path image() {
    return pipeline().image(DISTRIBUTION).path();
  }

  /** Installs itself without a question. */
  static Artifact iso() {
    return pipeline().iso(DISTRIBUTION);
  }

  /**
   * An ISO with another cloud-config.
   *
   * @param name no other one has
   */
  static Path iso(String name, String config) {
    Pipeline pipeline = pipeline();
    return pipeline.iso(name + "-debian-13", pipeline.image(DISTRIBUTION), config).path();
  }

  /**
   * As {@link #iso()}, of another image.
   *
   * @param name no other one has
   */
  static Artifact iso(String name, Artifact image) {
    return pipeline().iso(name, image, DemoCloudConfig.opening(key()).text());
  }

  /** Of the demo, as made from what is there now. */
  static Artifact demoImage() {
    return pipeline().image(DISTRIBUTION);
  }

  /**
   * A cloud-config beside the tests, with {@link #key} in it.
   *
   * @param name of the file
   */
  static String cloudConfig(String name) {
    return Beside.text(name).replace("@SSH_KEY@", key().publicLine());
  }
}
