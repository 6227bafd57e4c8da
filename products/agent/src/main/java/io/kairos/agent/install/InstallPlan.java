package io.kairos.agent.install;

import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.PlanView;
import io.kairos.formats.json.Json;
import io.kairos.plan.Plan;
import io.kairos.storage.PartitionTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An installation, decided: nothing of it has happened yet.
 *
 * @param notes what a person should know before it starts
 * @param preparation hooks that may change the machine; observe and plan again after them
 * @param plan everything else
 */
public record InstallPlan(
    PartitionTable table, List<String> notes, Plan<NodeStep> preparation, Plan<NodeStep> plan) {
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
    List<Object> partitions = new ArrayList<>();
    for (PartitionTable.PlacedPartition placed : table.partitions()) {
      Map<String, Object> partition = new LinkedHashMap<>();
      partition.put("number", (long) placed.number());
      partition.put("name", placed.spec().name());
      placed.spec().label().ifPresent(label -> partition.put("label", label));
      partition.put("filesystem", placed.spec().filesystem().type());
      partition.put("device", table.node(placed).toString());
      partition.put("firstSector", placed.first());
      partition.put("lastSector", placed.last());
      partitions.add(partition);
    }
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("disk", table.disk().toString());
    view.put("sectorSize", (long) table.sectorSize());
    view.put("notes", notes);
    view.put("partitions", partitions);
    view.put("plans", List.of(PlanView.of(preparation), PlanView.of(plan)));
    return Json.pretty(view);
  }
}
