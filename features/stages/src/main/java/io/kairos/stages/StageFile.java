package io.kairos.stages;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.config.Documents;
import io.kairos.config.Findings;
import io.kairos.config.Section;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The stages of one file.
 *
 * @param label what its steps are named after: its {@code name}, or its path
 * @param source path, URL, or a word
 * @param stages steps by the name of their stage
 * @param problems what was left out, because it makes no sense
 * @param oddities keys that nobody reads
 */
record StageFile(
    String label,
    String source,
    Map<String, List<StageStep>> stages,
    List<Problem> problems,
    List<Problem> oddities) {

  /**
   * A text in either form: with the header of cloud-config its keys stand for stages too.
   *
   * @throws InvalidConfig when nothing of it can be used
   */
  static StageFile parse(String text, String source) {
    return parse(text, source, new Documents());
  }

  static StageFile parse(String text, String source, Documents documents) {
    YamlNode root = documents.parse(text, source);
    if (root.isNull()) {
      root = YamlMap.empty(Position.ofSource(source));
    }
    if (!(root instanceof YamlMap map)) {
      throw new InvalidConfig(
          Problem.at(root.position(), "a file of stages must be a map, not " + root.described()));
    }
    return isCloudConfig(text) ? cloudConfig(map, source) : plain(map, source);
  }

  /** The stages of a map that was read elsewhere. */
  static StageFile plain(YamlMap map, String source) {
    var findings = new Findings();
    Map<String, List<StageStep>> stages = stages(map, findings);
    findings.errors().throwIfAny();
    return new StageFile(
        map.text("name").filter(name -> !name.isEmpty()).orElse(source),
        source,
        stages,
        List.of(),
        oddities(findings));
  }

  private static StageFile cloudConfig(YamlMap map, String source) {
    var findings = new Findings();
    Map<String, List<StageStep>> stages = CloudConfigStages.read(map, findings);
    findings.errors().throwIfAny();

    var own = new Findings();
    Map<String, List<StageStep>> more = stages(map, own);
    if (own.errors().isEmpty()) {
      more.forEach(
          (stage, steps) -> stages.computeIfAbsent(stage, s -> new ArrayList<>()).addAll(steps));
      findings.addAll(own);
    }
    return new StageFile(source, source, stages, own.errors().list(), oddities(findings));
  }

  private static List<Problem> oddities(Findings findings) {
    List<Problem> oddities = new ArrayList<>(findings.unknown().list());
    oddities.addAll(findings.notes().list());
    return oddities;
  }

  /** The key {@code stages} of a map. */
  static Map<String, List<StageStep>> stages(YamlMap map, Findings findings) {
    Map<String, List<StageStep>> stages = new LinkedHashMap<>();
    YamlNode node = map.get("stages").orElse(null);
    if (node == null || node.isNull()) {
      return stages;
    }
    if (!(node instanceof YamlMap byName)) {
      findings
          .errors()
          .add(
              Problem.at(
                  node.position(), "stages must be a map of stages, not " + node.described()));
      return stages;
    }
    for (YamlMap.Entry entry : byName.entries()) {
      String path = "stages." + entry.key();
      if (entry.value() instanceof YamlList list) {
        stages.put(entry.key(), steps(list, path, findings));
      } else if (entry.value().isNull()) {
        stages.put(entry.key(), List.of());
      } else {
        findings
            .errors()
            .add(
                Problem.at(
                    entry.value().position(),
                    path + " must be a list of steps, not " + entry.value().described()));
      }
    }
    return stages;
  }

  private static List<StageStep> steps(YamlList list, String path, Findings findings) {
    List<StageStep> steps = new ArrayList<>();
    for (int i = 0; i < list.items().size(); i++) {
      String at = path + "[" + i + "]";
      YamlNode item = list.items().get(i);
      if (item instanceof YamlMap step) {
        steps.add(Section.read(step, at, findings, StageStep::read));
      } else if (item.isNull()) {
        steps.add(Section.read(YamlMap.empty(item.position()), at, findings, StageStep::read));
      } else {
        findings
            .errors()
            .add(Problem.at(item.position(), at + " must be a map, not " + item.described()));
      }
    }
    return steps;
  }

  /**
   * Whether the header of cloud-config comes before anything but comments, in nine lines; in the
   * tenth it counts only as the last one.
   */
  static boolean isCloudConfig(String text) {
    for (String line : text.split("\n", 10)) {
      if (line.stripTrailing().equals("#cloud-config")) {
        return true;
      }
      if (!line.isBlank() && !line.startsWith("#")) {
        return false;
      }
    }
    return false;
  }
}
