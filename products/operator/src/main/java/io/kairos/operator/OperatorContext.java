package io.kairos.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.kairos.operator.metrics.MetricsRegistry;
import java.time.InstantSource;

/** What every controller is given. */
public record OperatorContext(
    KubernetesClient client,
    OperatorOptions options,
    OperatorEnvironment environment,
    NodeCache nodes,
    EventRecorder events,
    MetricsRegistry metrics,
    InstantSource clock) {}
