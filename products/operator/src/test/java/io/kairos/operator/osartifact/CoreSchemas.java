package io.kairos.operator.osartifact;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The types of Kubernetes that our CRDs embed, in the form that a CRD's schema may have
 * ("structural"). They are kept as data; {@link #of} makes that data out of the OpenAPI document
 * that is part of Kubernetes ({@code api/openapi-spec/v3/apis__batch__v1_openapi.json}).
 */
final class CoreSchemas {
  /** Stands for a type in our own files, and in the data. */
  static final String REFERENCE = "x-kairos-core";

  private static final String PREFIX = "#/components/schemas/";
  private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
  private static final String QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
  private static final String INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

  private static final String QUANTITY_PATTERN =
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

  private final Map<String, Object> types;

  private CoreSchemas(Map<String, Object> types) {
    this.types = types;
  }

  static CoreSchemas read(Path file) throws IOException {
    return new CoreSchemas(tree(Files.readString(file)));
  }

  /**
   * @param roots what is embedded; all that they refer to comes along
   */
  static CoreSchemas of(Path openApi, List<String> roots) throws IOException {
    Map<String, Object> all =
        map(map(tree(Files.readString(openApi)).get("components")).get("schemas"));
    Map<String, Object> kept = new TreeMap<>();
    roots.forEach(root -> keep(root, all, kept));
    return new CoreSchemas(kept);
  }

  String render() {
    return Serialization.asJson(types) + "\n";
  }

  /** A tree in which every reference is replaced by what it stands for. */
  Object expanded(Object node) {
    return switch (node) {
      case Map<?, ?> keys -> expanded(map(keys));
      case List<?> items -> items.stream().map(this::expanded).toList();
      default -> node;
    };
  }

  private Map<String, Object> expanded(Map<String, Object> node) {
    Map<String, Object> result = new LinkedHashMap<>();
    if (node.get(REFERENCE) instanceof String type) {
      if (!types.containsKey(type)) {
        throw new IllegalStateException(
            type + " is not in core-schemas.json; run with -Dkubernetes.openapi=FILE");
      }
      result.putAll(expanded(map(types.get(type))));
    }
    node.forEach(
        (key, value) -> {
          if (!key.equals(REFERENCE)) {
            result.merge(key, expanded(value), CoreSchemas::laidOver);
          }
        });
    return result;
  }

  private static Object laidOver(Object below, Object above) {
    if (!(below instanceof Map<?, ?>) || !(above instanceof Map<?, ?>)) {
      return above;
    }
    Map<String, Object> merged = new LinkedHashMap<>(map(below));
    map(above).forEach((key, value) -> merged.merge(key, value, CoreSchemas::laidOver));
    return merged;
  }

  private static void keep(String type, Map<String, Object> all, Map<String, Object> kept) {
    if (kept.containsKey(type)) {
      return;
    }
    kept.put(type, Map.of());
    Object reduced =
        switch (type) {
          case META -> metadata();
          case QUANTITY -> intOrString(QUANTITY_PATTERN);
          case INT_OR_STRING -> intOrString(null);
          default -> reduced(map(all.get(type)), all, kept);
        };
    kept.put(type, reduced);
  }

  /** Upstream's is a bare object, so that the API server forgets labels and annotations. */
  private static Map<String, Object> metadata() {
    Map<String, Object> texts =
        Map.of("type", "object", "additionalProperties", Map.of("type", "string"));
    return Map.of(
        "type",
        "object",
        "properties",
        new TreeMap<>(Map.of("labels", texts, "annotations", texts)));
  }

  private static Map<String, Object> intOrString(String pattern) {
    Map<String, Object> schema = new TreeMap<>();
    schema.put("anyOf", List.of(Map.of("type", "integer"), Map.of("type", "string")));
    schema.put("x-kubernetes-int-or-string", true);
    if (pattern != null) {
      schema.put("pattern", pattern);
    }
    return schema;
  }

  private static Map<String, Object> reduced(
      Map<String, Object> schema, Map<String, Object> all, Map<String, Object> kept) {
    Map<String, Object> result = new TreeMap<>();
    schema.forEach(
        (key, value) -> {
          switch (key) {
            case "allOf" ->
                result.put(REFERENCE, reference(map(((List<?>) value).getFirst()), all, kept));
            case "$ref" -> result.put(REFERENCE, reference(schema, all, kept));
            case "properties" -> {
              List<?> required = (List<?>) schema.getOrDefault("required", List.of());
              Map<String, Object> properties = new TreeMap<>();
              map(value)
                  .forEach(
                      (name, property) -> {
                        Map<String, Object> each = reduced(map(property), all, kept);
                        Object preset = map(property).get("default");
                        // A default of a required key would stand for a key that was forgotten.
                        if (preset != null
                            && !(preset instanceof Map)
                            && !required.contains(name)) {
                          each.put("default", preset);
                        }
                        properties.put(name, each);
                      });
              result.put(key, properties);
            }
            case "items", "additionalProperties" -> result.put(key, reduced(map(value), all, kept));
            case "type",
                "format",
                "required",
                "enum",
                "x-kubernetes-map-type",
                "x-kubernetes-list-type",
                "x-kubernetes-list-map-keys" ->
                result.put(key, value);
            default -> {
              // Texts would make the CRD too large for kubectl's annotation.
            }
          }
        });
    return result;
  }

  private static String reference(
      Map<String, Object> schema, Map<String, Object> all, Map<String, Object> kept) {
    String type = ((String) schema.get("$ref")).substring(PREFIX.length());
    keep(type, all, kept);
    return type;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Object node) {
    return (Map<String, Object>) node;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> tree(String text) {
    // A text that begins with a brace would be read as JSON, which flow mappings are not.
    return Serialization.unmarshal("# YAML\n" + text, Map.class);
  }
}
