package io.kairos.stages;

import io.kairos.base.Position;
import io.kairos.config.Section;
import io.kairos.stages.action.Action;
import io.kairos.stages.action.Actions;
import io.kairos.stages.condition.Condition;
import java.util.List;

/**
 * One step of a stage, read and checked.
 *
 * @param name empty when nobody gave one
 * @param after full names of steps that must have ended, wherever they are
 * @param conditions asked in order
 * @param works done in order
 */
record StageStep(
    String name,
    List<String> after,
    List<Condition> conditions,
    List<Action.Work> works,
    Position position) {
  StageStep {
    after = List.copyOf(after);
    conditions = List.copyOf(conditions);
    works = List.copyOf(works);
  }

  static StageStep read(Section step) {
    String name = step.text("name", "name of the step").orElse("");
    List<String> after =
        step
            .sections(
                "after",
                "steps that come before",
                item -> item.text("name", "full name of a step").orElse(""))
            .orElse(List.of())
            .stream()
            .filter(text -> !text.isEmpty())
            .toList();
    return new StageStep(name, after, Condition.read(step), Actions.read(step), step.position());
  }

  /** For the log: {@code commands: 1, files: 2}. */
  String summary() {
    return String.join(", ", works.stream().map(Action.Work::summary).toList());
  }
}
