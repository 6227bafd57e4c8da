package io.kairos.operator.nodeop;

import io.kairos.operator.nodeop.DrainPlan.Leaver;
import java.util.Optional;

/** One thing to do to the cluster for one node. Each may be done twice without harm. */
sealed interface NodeOpAction {
  /** The node for which it is done. */
  String node();

  /** Whether it changes something for good, so that it must follow from the newest status only. */
  default boolean needsNewest() {
    return false;
  }

  /** Whether it gives back what a node does not need any more. */
  default boolean givesBack() {
    return this instanceof Uncordon || this instanceof DeletePod;
  }

  record CreatePreflightPod(String node, int attempt) implements NodeOpAction {
    @Override
    public boolean needsNewest() {
      return true;
    }
  }

  /**
   * @param job the Job after whose success the node reboots
   * @param before the boot that has to end, if that Job has succeeded already
   */
  record CreateRebootPod(String node, String job, Optional<String> before) implements NodeOpAction {
    @Override
    public boolean needsNewest() {
      return true;
    }
  }

  record CreateJob(String node, int attempt, String job) implements NodeOpAction {
    @Override
    public boolean needsNewest() {
      return true;
    }
  }

  record CreateRollbackJob(String node, int attempt, String job) implements NodeOpAction {
    @Override
    public boolean needsNewest() {
      return true;
    }
  }

  record Cordon(String node) implements NodeOpAction {
    @Override
    public boolean needsNewest() {
      return true;
    }
  }

  record Uncordon(String node) implements NodeOpAction {
    @Override
    public boolean needsNewest() {
      return true;
    }
  }

  record Evict(String node, Leaver pod) implements NodeOpAction {}

  record DeletePod(String node, String pod) implements NodeOpAction {}

  /** Asks the API server itself for what the watch does not show. */
  record LookForJob(String node, String job) implements NodeOpAction {}

  record LookForPod(String node, String pod) implements NodeOpAction {}

  /** The whole NodeOp, some time after it has finished. */
  record DeleteNodeOp(String node) implements NodeOpAction {}
}
