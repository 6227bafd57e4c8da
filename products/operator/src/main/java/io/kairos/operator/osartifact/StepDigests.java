package io.kairos.operator.osartifact;

import io.fabric8.kubernetes.api.model.Container;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Digests of all that a step's result depends on: the step itself, those before it, and the content
 * of Secrets. A new pod leaves out what has ended with the same digest.
 */
final class StepDigests {
  private static final int LENGTH = 32;

  private StepDigests() {}

  /**
   * @param contents of what the pod reads besides its spec
   * @return name of the step to its digest, hex
   */
  static Map<String, String> of(List<Container> steps, List<String> contents) {
    Map<String, String> digests = new LinkedHashMap<>();
    String before = hash(JsonTree.canonical(contents));
    for (Container step : steps) {
      before = hash(before + JsonTree.canonical(step));
      digests.put(step.getName(), before.substring(0, LENGTH));
    }
    return digests;
  }

  static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
