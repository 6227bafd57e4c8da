package io.kairos.agent.config;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.base.Refused;
import io.kairos.config.CloudConfigFiles;
import io.kairos.config.Config;
import io.kairos.config.ProviderSchemas;
import io.kairos.config.Validation;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.host.Host;
import io.kairos.stages.AdminUser;
import io.kairos.stages.StagesCheck;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is wrong with a cloud-config on this machine: YAML, keys, kinds, stages, users. */
public final class CloudConfigCheck {
  /** Scripts match this text. */
  static final String NO_HEADER = "missing #cloud-config header";

  private final Host host;

  /**
   * @param host its providers say which keys they know
   */
  public CloudConfigCheck(Host host) {
    this.host = host;
  }

  /**
   * Everything about a document that somebody wants to install with.
   *
   * @param label what positions call the text
   */
  public Validation toInstallWith(String text, String label) {
    try {
      Config config = read(text, label);
      Validation found = Validation.of(config, ProviderSchemas.on(host), new StagesCheck());
      List<Problem> warnings = new ArrayList<>(found.warnings());
      try {
        AdminUser.require(config, host);
      } catch (Refused nobody) {
        warnings.add(nobody.problem());
      }
      return new Validation(found.errors(), found.doubts(), warnings);
    } catch (InvalidConfig e) {
      return unreadable(e);
    }
  }

  /** Everything about a document that may be one of several. */
  Validation ofDocument(String text, String label) {
    try {
      return of(read(text, label));
    } catch (InvalidConfig e) {
      return unreadable(e);
    }
  }

  Validation of(Config config) {
    Validation found = Validation.of(config, ProviderSchemas.on(host), new StagesCheck());
    boolean installs = config.merged().map("install").isPresent();
    boolean waives =
        config
            .merged()
            .map("install")
            .flatMap(install -> install.text("nousers"))
            .filter("true"::equals)
            .isPresent();
    if (!installs || waives || AdminUser.exists(config.merged())) {
      return found;
    }
    List<Problem> warnings = new ArrayList<>(found.warnings());
    warnings.add(
        Problem.at(
                config.merged().map("install").get().position(),
                "no user belongs to the group 'admin', so an installation will refuse")
            .withRemedy("add 'admin' to the groups of a user, or set install.nousers"));
    return new Validation(found.errors(), found.doubts(), warnings);
  }

  static Validation unreadable(InvalidConfig e) {
    return new Validation(e.problems(), List.of(), List.of());
  }

  private static Config read(String text, String label) {
    if (!CloudConfigFiles.beginsWithHeader(text)) {
      throw new InvalidConfig(
          withSyntax(
              text,
              label,
              Problem.at(new Position(label, 1, 1), NO_HEADER)
                  .withRemedy("begin it with a line #cloud-config")));
    }
    YamlNode node = Yaml.parse(text, label);
    YamlMap map =
        switch (node) {
          case YamlMap document -> document;
          case YamlNode empty when empty.isNull() -> YamlMap.empty(node.position());
          default ->
              throw new InvalidConfig(
                  Problem.at(node.position(), "a config must be a map, not " + node.described()));
        };
    return new Config(map, List.of(label), List.of(), List.of());
  }

  /** A text without a header may be broken too; both are told. */
  private static List<Problem> withSyntax(String text, String label, Problem noHeader) {
    List<Problem> problems = new ArrayList<>(List.of(noHeader));
    try {
      var _ = Yaml.parse(text, label);
    } catch (InvalidConfig e) {
      problems.addAll(e.problems());
    }
    return problems;
  }

  /** A JSON list, errors first: {@code severity, message, source, line, column, try}. */
  public static List<Object> asTree(List<Problem> errors, List<Problem> warnings) {
    List<Object> tree = new ArrayList<>();
    errors.forEach(problem -> tree.add(asTree("error", problem)));
    warnings.forEach(problem -> tree.add(asTree("warning", problem)));
    return tree;
  }

  private static Map<String, Object> asTree(String severity, Problem problem) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("severity", severity);
    tree.put("message", problem.what());
    problem
        .where()
        .ifPresent(
            where -> {
              tree.put("source", where.source());
              tree.put("line", where.line());
              tree.put("column", where.column());
            });
    problem.remedy().ifPresent(remedy -> tree.put("try", remedy));
    return tree;
  }
}
