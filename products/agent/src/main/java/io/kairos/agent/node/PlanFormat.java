package io.kairos.agent.node;

/** How a plan is shown. */
public enum PlanFormat {
  TEXT,
  JSON
}
