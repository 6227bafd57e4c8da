package io.kairos.e2e;

import io.kairos.base.HostFailure;
import io.kairos.dist.workshop.Artifact;
import io.kairos.dist.workshop.DemoCloudConfig;
import io.kairos.dist.workshop.NodeKey;
import io.kairos.dist.workshop.Pipeline;
import io.kairos.dist.workshop.WorkshopHome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    try (var in = DemoArtifacts.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("@SSH_KEY@", key().publicLine());
    } catch (IOException e) {
      throw new HostFailure("cannot read " + name, e);
    }
  }
}
