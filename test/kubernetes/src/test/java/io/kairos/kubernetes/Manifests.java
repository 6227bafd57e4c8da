package io.kairos.kubernetes;

import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a renderer made, to be compared.
 *
 * @param objects trees of maps, lists and scalars by {@code Kind/name}
 */
record Manifests(SortedMap<String, Map<String, Object>> objects) {
  private static final Pattern BOUNDARY = Pattern.compile("(?m)^---\\s*$");

  /** Where objects are named, by the end of the path. */
  private static final Pattern NAMES =
      Pattern.compile(".*(/metadata/name|/roleRef/name|/subjects/\\d+/name|/serviceAccountName)");

  static Manifests parse(String documents, String source) {
    var trees = new ArrayList<Map<String, Object>>();
    for (String document : BOUNDARY.split(documents)) {
      if (document.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#"))) {
        trees.add(map(((YamlMap) Yaml.parse(document, source)).value()));
      }
    }
    return of(trees);
  }

  private static Manifests of(List<Map<String, Object>> trees) {
    var objects = new TreeMap<String, Map<String, Object>>();
    for (Map<String, Object> tree : trees) {
      String key = tree.get("kind") + "/" + map(tree.get("metadata")).get("name");
      if (objects.put(key, tree) != null) {
        throw new AssertionError("twice: " + key);
      }
    }
    return new Manifests(objects);
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Object tree) {
    return (Map<String, Object>) tree;
  }

  Set<String> keys() {
    return objects.keySet();
  }

  /** Without the objects whose keys match. */
  Manifests without(String pattern) {
    return of(
        objects.entrySet().stream()
            .filter(object -> !object.getKey().matches(pattern))
            .map(Map.Entry::getValue)
            .toList());
  }

  /** With other names of objects, wherever one names another. */
  Manifests renamed(UnaryOperator<String> rename) {
    return of(
        objects.values().stream()
            .map(
                tree ->
                    map(
                        changed(
                            "",
                            tree,
                            NAMES,
                            name -> name instanceof String text ? rename.apply(text) : name)))
            .toList());
  }

  /** Without the labels that only this renderer adds, wherever labels are. */
  Manifests withoutLabels(Set<String> names) {
    var labels = Pattern.compile(".*/(labels|matchLabels)|Service/[^/]*/spec/selector");
    return of(
        objects.entrySet().stream()
            .map(
                object ->
                    map(
                        changed(
                            object.getKey(),
                            object.getValue(),
                            labels,
                            found -> remaining(map(found), names))))
            .toList());
  }

  /** Nothing when nothing remains. */
  private static Object remaining(Map<String, Object> labels, Set<String> without) {
    var rest = new TreeMap<>(labels);
    rest.keySet().removeAll(without);
    return rest.isEmpty() ? null : rest;
  }

  /**
   * Without labels of objects themselves that another rendering of them does not have. Selectors
   * and labels of pods stay as they are.
   */
  Manifests withLabelsOf(Manifests other) {
    var trees = new ArrayList<Map<String, Object>>();
    objects.forEach(
        (key, tree) -> {
          Set<String> wanted =
              Optional.ofNullable(other.objects.get(key))
                  .map(there -> map(map(there.get("metadata")).getOrDefault("labels", Map.of())))
                  .map(Map::keySet)
                  .orElse(Set.of());
          trees.add(
              map(
                  changed(
                      "",
                      tree,
                      Pattern.compile("/metadata/labels"),
                      labels -> {
                        var kept = new TreeMap<>(map(labels));
                        kept.keySet().retainAll(wanted);
                        return kept.isEmpty() ? null : kept;
                      })));
        });
    return of(trees);
  }

  private static Object changed(
      String path, Object tree, Pattern where, UnaryOperator<Object> change) {
    if (where.matcher(path).matches()) {
      return change.apply(tree);
    }
    return switch (tree) {
      case Map<?, ?> members -> {
        var copy = new TreeMap<String, Object>();
        map(members)
            .forEach(
                (name, value) -> {
                  Object made = changed(path + "/" + name, value, where, change);
                  if (made != null || value == null) {
                    copy.put(name, made);
                  }
                });
        yield copy;
      }
      case List<?> items -> {
        var copy = new ArrayList<Object>();
        for (Object item : items) {
          copy.add(changed(path + "/" + copy.size(), item, where, change));
        }
        yield copy;
      }
      case null -> null;
      default -> tree;
    };
  }

  /**
   * What is different in another rendering: path and new value of scalars and of lists of scalars,
   * nothing where there is none any more; {@code ?Kind/name} is "new" or "gone" for whole objects.
   */
  SortedMap<String, Optional<Object>> changesTo(Manifests other) {
    var changes = new TreeMap<String, Optional<Object>>();
    objects.forEach(
        (key, tree) -> {
          Map<String, Object> there = other.objects.get(key);
          if (there == null) {
            changes.put("?" + key, Optional.of("gone"));
            return;
          }
          SortedMap<String, Object> before = flat(key, tree);
          SortedMap<String, Object> after = flat(key, there);
          before.forEach(
              (path, value) -> {
                if (!Objects.equals(after.get(path), value)) {
                  changes.put(path, Optional.ofNullable(after.get(path)));
                }
              });
          after.forEach(
              (path, value) -> {
                if (!before.containsKey(path)) {
                  changes.put(path, Optional.of(value));
                }
              });
        });
    other.keys().stream()
        .filter(key -> !objects.containsKey(key))
        .forEach(key -> changes.put("?" + key, Optional.of("new")));
    return changes;
  }

  private static SortedMap<String, Object> flat(String path, Object tree) {
    var flat = new TreeMap<String, Object>();
    switch (tree) {
      case Map<?, ?> members ->
          map(members).forEach((name, value) -> flat.putAll(flat(path + "/" + name, value)));
      case List<?> items when items.stream().anyMatch(Map.class::isInstance) -> {
        for (int i = 0; i < items.size(); i++) {
          flat.putAll(flat(path + "/" + i, items.get(i)));
        }
      }
      case List<?> scalars ->
          flat.put(path, scalars.stream().map(String::valueOf).collect(Collectors.joining(" ")));
      case null -> flat.put(path, "null");
      default -> flat.put(path, tree.toString());
    }
    return flat;
  }

  /** Paths below which a tree of values says something, for example {@code image.operator.tag}. */
  static Set<String> leaves(Map<String, Object> values) {
    return flat("", values).keySet().stream()
        .map(path -> path.substring(1).replaceFirst("/\\d+/.*", "").replace('/', '.'))
        .collect(Collectors.toSet());
  }

  /** Names of accounts and roles that a binding or a pod wants and nobody declares. */
  List<String> dangling() {
    var missing = new ArrayList<String>();
    objects.forEach(
        (key, tree) -> {
          if (tree.get("roleRef") instanceof Map<?, ?> role) {
            missing.add(role.get("kind") + "/" + role.get("name"));
            for (Object subject : (List<?>) tree.get("subjects")) {
              missing.add("ServiceAccount/" + map(subject).get("name"));
            }
          }
          if (key.startsWith("Deployment/")) {
            Map<String, Object> template = map(map(tree.get("spec")).get("template"));
            missing.add("ServiceAccount/" + map(template.get("spec")).get("serviceAccountName"));
          }
        });
    missing.removeAll(objects.keySet());
    return missing;
  }
}
