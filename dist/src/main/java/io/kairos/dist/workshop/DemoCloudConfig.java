package io.kairos.dist.workshop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * What makes the demo's node this node.
 *
 * @param text of the file
 */
public record DemoCloudConfig(String text) {
  /** As the resource says. */
  public static final String HOSTNAME = "kairos-demo";

  public static DemoCloudConfig opening(NodeKey key) {
    try (var in = DemoCloudConfig.class.getResourceAsStream("cloud-config.yaml")) {
      String template = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new DemoCloudConfig(template.replace("@SSH_KEY@", key.publicLine()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
