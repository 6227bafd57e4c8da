package io.kairos.config;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.host.Host;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What providers say about the keys that they read: each puts a JSON schema (draft 2020-12, written
 * as JSON or YAML) into one of {@link #DIRECTORIES}, whose {@code properties} are keys at the top
 * of a cloud-config. Such keys are known, their values are checked as far as {@link SchemaCheck}
 * goes, and {@code print-schema} holds them. The page docs/reference/provider-schemas.md is for
 * authors of providers.
 *
 * @param byKey the schema that counts for a key; of two that name it, the later file's
 * @param problems what is wrong with the schemas themselves; the others count all the same
 */
public record ProviderSchemas(Map<String, ProviderSchema> byKey, List<Problem> problems) {
  /** The image's own, then those of providers that came later. */
  public static final List<String> DIRECTORIES =
      List.of("/usr/share/kairos/schema.d", "/usr/local/share/kairos/schema.d");

  /** Nobody registered anything. */
  public static final ProviderSchemas NONE = new ProviderSchemas(Map.of(), List.of());

  private static final String KEYS = "properties";

  public ProviderSchemas {
    byKey = new LinkedHashMap<>(byKey);
    problems = List.copyOf(problems);
  }

  /**
   * The schema of one provider.
   *
   * @param name of its file, without the extension
   * @param root the whole document, which its references begin at
   */
  public record ProviderSchema(String name, YamlMap root) {
    YamlNode of(String key) {
      return root.map(KEYS).flatMap(keys -> keys.get(key)).orElseThrow();
    }
  }

  /** Reads the schemas that lie on a machine; one that is malformed is a problem of its own. */
  public static ProviderSchemas on(Host host) {
    Map<String, ProviderSchema> byKey = new LinkedHashMap<>();
    List<Problem> problems = new ArrayList<>();
    for (String directory : DIRECTORIES) {
      for (String file : CloudConfigFiles.below(host, directory)) {
        if (CloudConfigFiles.isYaml(file) || file.endsWith(".json")) {
          try {
            add(parse(host, file), byKey, problems);
          } catch (InvalidConfig e) {
            problems.addAll(e.problems());
          } catch (HostFailure e) {
            problems.add(Problem.at(Position.ofSource(file), e.getMessage()));
          }
        }
      }
    }
    return byKey.isEmpty() && problems.isEmpty() ? NONE : new ProviderSchemas(byKey, problems);
  }

  private static ProviderSchema parse(Host host, String file) {
    YamlNode node = Yaml.parse(CloudConfigFiles.read(host, file), file);
    if (!(node instanceof YamlMap root) || root.map(KEYS).isEmpty()) {
      throw new InvalidConfig(
          Problem.at(node.position(), "a provider's schema must be a map with '" + KEYS + "'")
              .withRemedy("describe each key that the provider reads under '" + KEYS + "'"));
    }
    String name = file.substring(file.lastIndexOf('/') + 1).replaceFirst("\\.[a-z]+$", "");
    return new ProviderSchema(name, root);
  }

  private static void add(
      ProviderSchema schema, Map<String, ProviderSchema> byKey, List<Problem> problems) {
    Set<String> own = new HashSet<>();
    Setting.declaredBy(AgentConfig::read).forEach(setting -> own.add(setting.key()));
    for (YamlMap.Entry key : schema.root().map(KEYS).orElseThrow().entries()) {
      if (own.contains(key.key())) {
        problems.add(
            Problem.at(
                    key.keyPosition(),
                    "'" + key.key() + "' is a key of Kairos itself, which no provider can describe")
                .withRemedy("choose another key for the provider"));
      } else {
        byKey.put(key.key(), schema);
      }
    }
  }

  /** The keys that somebody registered. */
  public Set<String> keys() {
    return byKey.keySet();
  }

  /** Checks the registered keys of a config. */
  void check(YamlMap config, Findings findings) {
    byKey.forEach(
        (key, schema) ->
            config
                .get(key)
                .filter(value -> !value.isNull())
                .ifPresent(
                    value ->
                        new SchemaCheck(schema.root(), findings)
                            .check(value, key, schema.of(key))));
  }

  /** Adds the registered keys to a schema of the whole config, whatever it said of them before. */
  void addTo(Map<String, Object> definitions, Map<String, Object> properties) {
    byKey.forEach(
        (key, schema) -> {
          String definition = "Provider-" + schema.name().replaceAll("[^A-Za-z0-9_.-]", "-");
          String pointer = "#/definitions/" + definition;
          definitions.computeIfAbsent(definition, _ -> moved(schema.root().value(), pointer));
          String escaped = key.replace("~", "~0").replace("/", "~1");
          properties.put(key, Map.of("$ref", pointer + "/" + KEYS + "/" + escaped));
        });
  }

  /** The same tree where its root is now elsewhere, so that its references lead there. */
  private static Object moved(Object value, String pointer) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach(
            (key, item) -> {
              Optional<String> reference =
                  key.equals("$ref") && item instanceof String text && text.startsWith("#")
                      ? Optional.of(text)
                      : Optional.empty();
              if (!key.equals("$schema") && !key.equals("$id")) {
                copy.put(
                    (String) key,
                    reference.isPresent()
                        ? pointer + reference.get().substring(1)
                        : moved(item, pointer));
              }
            });
        yield copy;
      }
      case List<?> list -> list.stream().map(item -> moved(item, pointer)).toList();
      case null, default -> value;
    };
  }
}
