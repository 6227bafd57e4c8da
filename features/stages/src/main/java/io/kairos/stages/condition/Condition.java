package io.kairos.stages.condition;

import io.kairos.config.Section;
import io.kairos.stages.StepContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a step demands before it runs. */
public interface Condition {
  /**
   * @return why the step does not apply, if so
   */
  Optional<String> obstacle(StepContext context);

  /** As {@link #obstacle}, as far as it can be told without running anything. */
  default Optional<String> foreseen(StepContext context) {
    return obstacle(context);
  }

  /** What is demanded, for people: {@code only_os: Debian.*}. */
  String described();

  /** What {@link #read} asks for. */
  List<String> KEYS =
      List.of(
          "node",
          "if",
          "only_os",
          "only_os_version",
          "only_arch",
          "only_service_manager",
          "if_files");

  /** The conditions of a step, in the order in which they are asked. */
  static List<Condition> read(Section step) {
    if (!step.concerns(KEYS)) {
      return List.of();
    }
    List<Condition> conditions = new ArrayList<>();
    step.text("node", "pattern of the host name")
        .optional()
        .filter(text -> !text.isEmpty())
        .ifPresent(pattern -> conditions.add(PatternCondition.node(pattern)));
    step.text("if", "shell command that must succeed; a template")
        .optional()
        .filter(text -> !text.isEmpty())
        .ifPresent(command -> conditions.add(new IfCondition(command)));
    step.text("only_os", "pattern of the system's name")
        .optional()
        .filter(text -> !text.isEmpty())
        .ifPresent(pattern -> conditions.add(PatternCondition.os(pattern)));
    step.text("only_os_version", "pattern of the system's version")
        .optional()
        .filter(text -> !text.isEmpty())
        .ifPresent(pattern -> conditions.add(PatternCondition.osVersion(pattern)));
    step.text("only_arch", "pattern of the architecture")
        .optional()
        .filter(text -> !text.isEmpty())
        .ifPresent(pattern -> conditions.add(PatternCondition.architecture(pattern)));
    step.text("only_service_manager", "systemd or openrc")
        .optional()
        .filter(text -> !text.isEmpty())
        .ifPresent(name -> conditions.add(new ServiceManagerCondition(name)));
    IfFilesCondition.read(step).ifPresent(conditions::add);
    return conditions;
  }
}
