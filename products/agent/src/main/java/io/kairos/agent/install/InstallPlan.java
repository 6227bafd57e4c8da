package io.kairos.agent.install;

import io.kairos.plan.Plan;
import io.kairos.storage.PartitionTable;
import java.util.List;

/**
 * An installation, decided: nothing of it has happened yet.
 *
 * @param notes what a person should know before it starts
 * @param preparation hooks that may change the machine; observe and plan again after them
 * @param plan everything else
 */
public record InstallPlan(
    PartitionTable table,
    List<String> notes,
    Plan<InstallStep> preparation,
    Plan<InstallStep> plan) {
  public InstallPlan {
    notes = List.copyOf(notes);
  }

  /** For people and golden files. */
  public String render() {
    var text = new StringBuilder();
    notes.forEach(note -> text.append("note: ").append(note).append('\n'));
    return text.append(preparation.render()).append(plan.render()).toString();
  }
}
