package io.kairos.config;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.formats.jq.Jq;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * All configs of a node laid over each other.
 *
 * @param merged every key and value still knows the file it came from
 * @param sources what was merged, in order
 * @param failures sources that could not be used, or not wholly; whatever changes a machine on the
 *     strength of this config has to stop here
 * @param warnings what a person should know
 */
public record Config(
    YamlMap merged, List<String> sources, List<Problem> failures, List<Problem> warnings) {
  public Config {
    sources = List.copyOf(sources);
    failures = List.copyOf(failures);
    warnings = List.copyOf(warnings);
  }

  /** The form that is stored, printed, and handed to providers. */
  public String asYaml() {
    var text = new StringBuilder("#cloud-config\n\n");
    if (!sources.isEmpty()) {
      text.append("# Sources:\n");
      sources.forEach(source -> text.append("# - ").append(source).append('\n'));
      text.append('\n');
    }
    return text.append(Yaml.emit(merged)).toString();
  }

  /**
   * The value at a path.
   *
   * @param path for example {@code install.device} or {@code users[0].name}
   */
  public Optional<YamlNode> find(String path) {
    YamlNode node = merged;
    for (String segment : path.replace("[", ".").replace("]", "").split("\\.")) {
      node =
          switch (node) {
            case YamlMap map -> map.get(segment).orElse(null);
            case YamlList list when isIndex(segment, list.items().size()) ->
                list.items().get(Integer.parseInt(segment));
            case null, default -> null;
          };
      if (node == null) {
        return Optional.empty();
      }
    }
    return Optional.of(node);
  }

  private static boolean isIndex(String segment, int size) {
    return !segment.isEmpty()
        && segment.length() < 8
        && segment.chars().allMatch(c -> c >= '0' && c <= '9')
        && Integer.parseInt(segment) < size;
  }

  /** Where the value at a path was written: {@code /oem/90_custom.yaml:4:11}. */
  public Optional<Position> position(String path) {
    return find(path).map(YamlNode::position);
  }

  /**
   * What {@code config get QUERY} prints: each result of a jq query as YAML, nothing for null.
   *
   * @param query a path without its dot, {@code k3s.args[0]}, or a whole query; empty for
   *     everything
   * @throws InvalidConfig when it is no query, or asks a value for what it does not have
   */
  public String query(String query) {
    var text = new StringBuilder();
    results(query).forEach(result -> text.append(Yaml.emit(YamlNode.of(result))));
    return text.toString();
  }

  /** The same as values; null is no result. */
  public List<Object> results(String query) {
    return Jq.ofPath(query).run(tree()).stream().filter(Objects::nonNull).toList();
  }

  /** The merged values as they are in JSON: dates are texts (RFC 3339), numbers keep their kind. */
  public Map<String, Object> tree() {
    return JsonTree.of(merged);
  }

  /** How stages run; the rest of the config is not read for it, every stage of a boot asks. */
  public StageSettings stages() {
    return Section.readPart(merged, "", new Findings(), StageSettings::read);
  }

  /** The keys that the agent reads; problems are left to {@link Validation}. */
  public AgentConfig agent() {
    return Section.readPart(merged, "", new Findings(), AgentConfig::read);
  }

  /**
   * The {@code install} section, or its defaults.
   *
   * @throws InvalidConfig when a key is unknown or a value means nothing
   */
  public InstallConfig install() {
    Optional<YamlNode> section = merged.get("install").filter(node -> !node.isNull());
    if (section.isEmpty()) {
      return InstallConfig.standard();
    }
    if (!(section.get() instanceof YamlMap install)) {
      throw new InvalidConfig(
          Problem.at(
              section.get().position(), "install must be a map, not " + section.get().described()));
    }
    var findings = new Findings();
    var config = Section.readLeniently(install, "install", findings, InstallConfig::read);
    findings.unknown().list().forEach(findings.errors()::add);
    findings.errors().throwIfAny();
    return config;
  }

  /**
   * @throws InvalidConfig when a source could not be used
   */
  public Config orThrow() {
    if (!failures.isEmpty()) {
      throw new InvalidConfig(failures);
    }
    return this;
  }
}
