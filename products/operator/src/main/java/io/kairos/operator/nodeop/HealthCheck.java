package io.kairos.operator.nodeop;

import io.kairos.operator.Names;
import java.time.Duration;
import java.util.Optional;

/** Whether a node is well after what was done to it: pure, from what it says about itself. */
sealed interface HealthCheck {
  /** All that was asked for holds. */
  record Healthy(Optional<String> bootState) implements HealthCheck {}

  /** Not yet. */
  record Waiting(String message) implements HealthCheck {}

  /**
   * It will not become well by waiting.
   *
   * @param fellBack whether the node runs the system before already
   */
  record Unhealthy(String reason, String message, boolean fellBack) implements HealthCheck {}

  /** After this long even a labeler that does not name the boot has looked at it. */
  Duration LABELS_SETTLE = Duration.ofSeconds(90);

  /**
   * @param expected KAIROS_VERSION, or that, a dash and the software's version; empty if nothing is
   *     expected
   * @param waited how long the node is being waited for
   */
  static HealthCheck of(NodeFacts node, Optional<String> expected, Duration waited) {
    if (!node.ready()) {
      return new Waiting("node is not Ready");
    }
    boolean managed = node.label(Names.MANAGED_LABEL).filter("true"::equals).isPresent();
    if (!managed) {
      return new Healthy(Optional.empty());
    }
    Optional<String> labelled = node.annotation(Names.BOOT_ID_ANNOTATION);
    boolean current =
        labelled.isPresent()
            ? labelled.equals(node.bootId())
            : waited.compareTo(LABELS_SETTLE) >= 0;
    if (!current) {
      return new Waiting("the labels of the node are not those of this boot yet");
    }
    Optional<String> state = node.label(Names.BOOT_STATE_LABEL);
    if (state.filter(s -> s.equals("passive") || s.equals("recovery")).isPresent()) {
      return new Unhealthy(
          "BootedIntoFallback", "node has booted the " + state.get() + " system", true);
    }
    Optional<String> version = node.annotation("kairos.io/version");
    if (expected.isPresent() && version.isPresent()) {
      String triple = version.get() + "-" + software(node);
      boolean same =
          expected.get().equals(version.get())
              || sanitised(expected.get()).equals(sanitised(triple));
      if (!same) {
        return new Unhealthy(
            "UnexpectedVersion",
            "node runs " + version.get() + " instead of " + expected.get(),
            false);
      }
    }
    return new Healthy(state);
  }

  private static String software(NodeFacts node) {
    return node.label("kairos.io/software-version-prefix").orElse("")
        + node.label("kairos.io/software-version").orElse("");
  }

  /** As label values are written. */
  private static String sanitised(String text) {
    return text.replaceAll("[^A-Za-z0-9._-]", "-");
  }
}
