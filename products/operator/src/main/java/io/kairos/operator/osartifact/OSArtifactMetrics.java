package io.kairos.operator.osartifact;

import io.kairos.operator.metrics.MetricsRegistry;
import java.time.Duration;

/** How builds end, and after how long. */
final class OSArtifactMetrics {
  private static final String BUILD = "kairos_osartifact_build_seconds";

  private final MetricsRegistry registry;
  private final MetricsRegistry.Counter exportFailures;

  OSArtifactMetrics(MetricsRegistry registry) {
    this.registry = registry;
    this.exportFailures =
        registry.counter(
            "kairos_osartifact_export_failures_total", "Builds of which an exporter failed");
  }

  /**
   * @param status of a build that has just ended
   */
  void ended(OSArtifactStatus status) {
    status
        .startTime()
        .ifPresent(
            start ->
                registry
                    .longHistogram(
                        BUILD,
                        "From the first builder pod to the end, by how it ended",
                        "result",
                        status.phase().word())
                    .observe(
                        Duration.between(start, status.completionTime().orElse(start)).toMillis()
                            / 1000.0));
    if (status.conditions().stream()
        .anyMatch(condition -> condition.getReason().equals(OSArtifactFlow.EXPORT_FAILED))) {
      exportFailures.increment();
    }
  }
}
