package io.kairos.operator.nodeop;

import io.javaoperatorsdk.operator.processing.event.rate.LinearRateLimiter;
import io.kairos.operator.ControllerModule;
import io.kairos.operator.Names;
import io.kairos.operator.OperatorContext;
import java.time.Duration;

/** The controller of NodeOps. */
public final class NodeOpModule implements ControllerModule {
  private static final int LOOKS_PER_SECOND = 5;

  @Override
  public void register(OperatorContext context, Registrar registrar) {
    registrar.reconciler(
        "nodeop",
        new NodeOpReconciler(context),
        settings ->
            settings
                .withFinalizer(Names.NODEOP_FINALIZER)
                .withRateLimiter(new LinearRateLimiter(Duration.ofSeconds(1), LOOKS_PER_SECOND)));
  }
}
