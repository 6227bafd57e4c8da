package io.kairos.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.util.function.Consumer;

/** One area of the operator. A new one is a line in {@link ControllerModules#ALL}. */
@FunctionalInterface
public interface ControllerModule {
  /** Called once, before anything has started. */
  void register(OperatorContext context, Registrar registrar);

  /** Takes what an area wants to have run. */
  interface Registrar {
    /**
     * A reconciler, on whichever replica leads. It starts from these settings: all namespaces,
     * retries without end (1 s doubling to 2 min), spec changes only; {@code settings} may change
     * them.
     *
     * @param name what metrics and logs call it
     */
    <P extends HasMetadata> void reconciler(
        String name,
        Reconciler<P> reconciler,
        Consumer<ControllerConfigurationOverrider<P>> settings);

    /** Something that runs in a thread of its own while this replica leads. */
    void whileLeading(String name, Task task);
  }

  /** Ends when its thread is interrupted; is started again some seconds after it failed. */
  @FunctionalInterface
  interface Task {
    void run() throws InterruptedException;
  }
}
