package io.kairos.agent.install;

import io.kairos.formats.json.Json;
import io.kairos.plan.Plan;
import io.kairos.storage.PartitionTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A plan as JSON, for programs that decide about it. */
final class PlanView {
  private PlanView() {}

  static String json(InstallPlan install) {
    PartitionTable table = install.table();
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
    view.put("notes", install.notes());
    view.put("partitions", partitions);
    view.put("plans", List.of(plan(install.preparation()), plan(install.plan())));
    return Json.pretty(view);
  }

  private static Map<String, Object> plan(Plan<InstallStep> plan) {
    List<Object> steps = new ArrayList<>();
    for (Plan.Entry<InstallStep> entry : plan.entries()) {
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
