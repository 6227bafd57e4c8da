package io.kairos.operator.metrics;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.Controller;
import io.javaoperatorsdk.operator.processing.event.Event;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the framework does, told by the names of Go's controller-runtime. */
public final class ControllerMetrics implements Metrics {
  private static final String TOTAL = "controller_runtime_reconcile_total";
  private static final String TOTAL_HELP = "Reconciliations by controller and result";
  private static final String ERRORS = "controller_runtime_reconcile_errors_total";
  private static final String ERRORS_HELP = "Reconciliations that failed";
  private static final List<String> RESULTS =
      List.of("success", "error", "requeue", "requeue_after");

  private final MetricsRegistry registry;

  public ControllerMetrics(MetricsRegistry registry) {
    this.registry = registry;
  }

  /** Series exist from the start, so that a rate over them has a beginning. */
  @Override
  public void controllerRegistered(Controller<? extends HasMetadata> controller) {
    announce(controller.getConfiguration().getName());
  }

  /** For a controller that does without the framework. */
  public void announce(String controller) {
    RESULTS.forEach(result -> registry.counter(TOTAL, TOTAL_HELP, labels(controller, result)));
    registry.counter(ERRORS, ERRORS_HELP, "controller", controller);
  }

  /** One reconciliation of a controller that does without the framework. */
  public void reconciled(String controller, String result, double seconds) {
    registry.counter(TOTAL, TOTAL_HELP, labels(controller, result)).increment();
    if (result.equals("error")) {
      registry.counter(ERRORS, ERRORS_HELP, "controller", controller).increment();
    }
    registry
        .histogram(
            "controller_runtime_reconcile_time_seconds",
            "Duration of reconciliations",
            "controller",
            controller)
        .observe(seconds);
    registry
        .histogram("workqueue_work_duration_seconds", "Duration of work items", "name", controller)
        .observe(seconds);
  }

  @Override
  public void receivedEvent(Event event, Map<String, Object> metadata) {
    registry
        .counter("workqueue_adds_total", "Events received", "name", controllerIn(metadata))
        .increment();
  }

  @Override
  public void reconcileCustomResource(
      HasMetadata resource, RetryInfo retry, Map<String, Object> metadata) {
    if (retry != null && retry.getAttemptCount() > 0) {
      registry
          .counter("workqueue_retries_total", "Retries", "name", controllerIn(metadata))
          .increment();
    }
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    long start = System.nanoTime();
    String result = "error";
    try {
      T outcome = execution.execute();
      boolean later =
          outcome instanceof UpdateControl<?> control && control.getScheduleDelay().isPresent();
      result = later ? "requeue_after" : "success";
      return outcome;
    } finally {
      double seconds = (double) (System.nanoTime() - start) / TimeUnit.SECONDS.toNanos(1);
      reconciled(execution.controllerName(), result, seconds);
    }
  }

  private static String controllerIn(Map<String, Object> metadata) {
    return String.valueOf(metadata.getOrDefault(Constants.CONTROLLER_NAME, "unknown"));
  }

  private static String[] labels(String controller, String result) {
    return new String[] {"controller", controller, "result", result};
  }
}
