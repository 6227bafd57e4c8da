package io.kairos.agent.install;

import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.PlanView;
import io.kairos.formats.json.Json;
import io.kairos.plan.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An installation, decided: nothing of it has happened yet.
 *
 * @param destination the disk and its partitions, as they will be
 * @param notes what a person should know before it starts
 * @param preparation hooks that may change the machine; observe and plan again after them
 * @param plan everything else
 */
public record InstallPlan(
    Destination destination, List<String> notes, Plan<NodeStep> preparation, Plan<NodeStep> plan) {
  public InstallPlan {
    notes = List.copyOf(notes);
  }

  /** For people and golden files. */
  public String render() {
    var text = new StringBuilder();
    notes.forEach(note -> text.append("note: ").append(note).append('\n'));
    return text.append(preparation.render()).append(plan.render()).toString();
  }

  /** For programs. */
  String json() {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("disk", destination.disk().device().toString());
    view.put("sectorSize", (long) destination.disk().sectorSize());
    view.put("notes", notes);
    view.put("partitions", destination.view());
    view.put("plans", List.of(PlanView.of(preparation), PlanView.of(plan)));
    return Json.pretty(view);
  }
}
