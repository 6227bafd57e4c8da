package io.kairos.agent.node;

import io.kairos.plan.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A plan as a tree of JSON values, for programs that decide about it. */
public final class PlanView {
  private PlanView() {}

  public static Map<String, Object> of(Plan<NodeStep> plan) {
    List<Object> steps = new ArrayList<>();
    for (Plan.Entry<NodeStep> entry : plan.entries()) {
      Map<String, Object> step = new LinkedHashMap<>();
      step.put("kind", entry.step().kind());
      step.put("policy", entry.policy().name().toLowerCase(Locale.ROOT));
      entry.milestone().ifPresent(milestone -> step.put("milestone", milestone));
      step.put("summary", entry.step().summary());
      steps.add(step);
    }
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", plan.name());
    view.put("steps", steps);
    return view;
  }
}
