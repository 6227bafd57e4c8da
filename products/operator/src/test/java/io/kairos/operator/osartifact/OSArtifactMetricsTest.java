package io.kairos.operator.osartifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.operator.metrics.MetricsRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OSArtifactMetricsTest {
  private final MetricsRegistry registry = new MetricsRegistry();
  private final OSArtifactMetrics metrics = new OSArtifactMetrics(registry);

  private static OSArtifactStatus status(String phase, String reason) {
    return JsonTree.read(
        Map.of(
            "phase",
            phase,
            "startTime",
            "2026-01-01T00:00:00Z",
            "completionTime",
            "2026-01-01T00:04:00Z",
            "conditions",
            List.of(Map.of("type", "Complete", "reason", reason))),
        OSArtifactStatus.class);
  }

  @Test
  void buildsAreTimedByHowTheyEnd() {
    assertThat(registry.text()).contains("kairos_osartifact_export_failures_total 0\n");

    metrics.ended(status("Ready", "Ready"));
    metrics.ended(status("Error", "ExportFailed"));

    assertThat(registry.text())
        .contains(
            "kairos_osartifact_build_seconds_bucket{le=\"120.0\",result=\"Ready\"} 0\n",
            "kairos_osartifact_build_seconds_bucket{le=\"300.0\",result=\"Ready\"} 1\n",
            "kairos_osartifact_build_seconds_sum{result=\"Error\"} 240\n",
            "kairos_osartifact_export_failures_total 1\n");
  }
}
