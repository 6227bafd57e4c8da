package io.kairos.stages.condition;

import io.kairos.config.Section;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import io.kairos.host.Host;
import io.kairos.stages.StepContext;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code if_files}: all, any or none of some files exist; every group must hold. */
record IfFilesCondition(Map<String, List<String>> groups) implements Condition {
  static Optional<Condition> read(Section step) {
    Optional<YamlNode> node = step.anything("if_files", "files under all, any and none").optional();
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (!(node.get() instanceof YamlMap map)) {
      step.report("if_files", "must be a map of lists, not " + node.get().described());
      return Optional.empty();
    }
    Map<String, List<String>> groups = new LinkedHashMap<>();
    for (YamlMap.Entry entry : map.entries()) {
      if (entry.value() instanceof YamlList list) {
        groups.put(
            entry.key(),
            list.items().stream()
                .filter(YamlScalar.class::isInstance)
                .map(item -> ((YamlScalar) item).asText())
                .toList());
      } else if (!entry.value().isNull()) {
        step.report("if_files", "must hold a list under '" + entry.key() + "'");
      }
    }
    return Optional.of(new IfFilesCondition(groups));
  }

  @Override
  public Optional<String> obstacle(StepContext context) {
    for (var group : groups.entrySet()) {
      List<String> files = group.getValue();
      Host host = context.host();
      boolean holds =
          switch (group.getKey()) {
            case "all" -> files.stream().allMatch(file -> exists(host, file));
            case "any" -> files.isEmpty() || files.stream().anyMatch(file -> exists(host, file));
            case "none" -> files.stream().noneMatch(file -> exists(host, file));
            default -> false;
          };
      if (!List.of("all", "any", "none").contains(group.getKey())) {
        return Optional.of("unknown if_files check type: " + group.getKey());
      }
      if (!holds) {
        return Optional.of("if_files " + group.getKey() + ": " + String.join(", ", files));
      }
    }
    return Optional.empty();
  }

  private static boolean exists(Host host, String file) {
    return Files.exists(host.resolved(file.startsWith("/") ? file : "/" + file));
  }

  @Override
  public String described() {
    return "if_files: " + groups;
  }
}
