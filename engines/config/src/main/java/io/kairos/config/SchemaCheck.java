package io.kairos.config;

import io.kairos.base.Problem;
import io.kairos.base.Suggestion;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * Checks a value against a JSON schema (draft 2020-12), as far as schemas of providers need it:
 * {@code $ref} inside the document, {@code type enum const}, {@code properties required
 * additionalProperties}, {@code items minItems maxItems}, {@code minimum maximum}, {@code minLength
 * maxLength pattern}, {@code allOf anyOf oneOf}. Other keywords are for editors alone. Values are
 * what YAML says they are: {@code yes} is a text.
 */
final class SchemaCheck {
  private static final Map<String, String> KINDS =
      Map.of(
          "array", "a list",
          "boolean", "true or false",
          "integer", "a whole number",
          "null", "nothing",
          "number", "a number",
          "object", "a map",
          "string", "a text");

  /** References that lead to references; a circle of them ends here. */
  private static final int DEEPEST = 200;

  private final YamlMap root;
  private final Findings findings;

  /**
   * @param root that references begin at
   */
  SchemaCheck(YamlMap root, Findings findings) {
    this.root = root;
    this.findings = findings;
  }

  /**
   * @param path of the value in its document, for messages
   */
  void check(YamlNode value, String path, YamlNode schema) {
    check(value, path, schema, 0);
  }

  private void check(YamlNode value, String path, YamlNode schema, int depth) {
    if (depth > DEEPEST) {
      return;
    }
    if (schema instanceof YamlScalar flag && flag.asFlag().equals(Optional.of(false))) {
      report(value, path + " is not allowed here");
      return;
    }
    if (!(schema instanceof YamlMap rules)) {
      return;
    }
    rules
        .text("$ref")
        .flatMap(this::referenced)
        .ifPresent(target -> check(value, path, target, depth + 1));
    if (!hasAllowedType(value, path, rules)) {
      return; // its parts would only repeat that
    }
    words(value, path, rules);
    combined(value, path, rules, depth);
    switch (value) {
      case YamlMap map -> map(map, path, rules, depth);
      case YamlList list -> list(list, path, rules, depth);
      case YamlScalar scalar -> scalar(scalar, path, rules);
    }
  }

  /** What a pointer inside the document leads to. */
  private Optional<YamlNode> referenced(String reference) {
    if (!reference.startsWith("#")) {
      return Optional.empty();
    }
    Optional<YamlNode> node = Optional.of(root);
    for (String part : reference.substring(1).split("/")) {
      if (!part.isEmpty()) {
        String key = part.replace("~1", "/").replace("~0", "~");
        node =
            node.filter(YamlMap.class::isInstance)
                .map(YamlMap.class::cast)
                .flatMap(map -> map.get(key));
      }
    }
    return node;
  }

  private boolean hasAllowedType(YamlNode value, String path, YamlMap rules) {
    List<String> types = texts(rules, "type");
    if (types.isEmpty() || types.stream().anyMatch(type -> isA(value, type))) {
      return true;
    }
    report(
        value,
        path
            + " must be "
            + types.stream()
                .map(type -> KINDS.getOrDefault(type, type))
                .collect(Collectors.joining(" or "))
            + ", not "
            + value.described());
    return false;
  }

  private static boolean isA(YamlNode value, String type) {
    return switch (type) {
      case "array" -> value instanceof YamlList;
      case "object" -> value instanceof YamlMap;
      case "null" -> value.isNull();
      case "boolean" -> value.value() instanceof Boolean;
      case "string" -> value.value() instanceof String;
      case "number" -> value.value() instanceof Number;
      case "integer" ->
          value.value() instanceof Long
              || (value.value() instanceof Double number
                  && number == Math.rint(number)
                  && !Double.isInfinite(number));
      default -> true; // a kind that nobody knows cannot be broken
    };
  }

  private static List<String> texts(YamlMap rules, String key) {
    return rules.text(key).map(List::of).orElseGet(() -> textsOf(rules.list(key)));
  }

  private static List<String> textsOf(List<YamlNode> nodes) {
    List<String> texts = new ArrayList<>();
    for (YamlNode node : nodes) {
      if (node instanceof YamlScalar scalar) {
        texts.add(scalar.asText());
      }
    }
    return texts;
  }

  private void words(YamlNode value, String path, YamlMap rules) {
    List<YamlNode> allowed = rules.list("enum");
    if (!allowed.isEmpty() && allowed.stream().noneMatch(value::sameAs)) {
      report(
          value,
          path
              + " must be one of "
              + String.join(", ", textsOf(allowed))
              + ", not "
              + value.described());
    }
    rules
        .get("const")
        .filter(only -> !value.sameAs(only))
        .ifPresent(
            only ->
                report(
                    value, path + " must be " + only.described() + ", not " + value.described()));
  }

  private void combined(YamlNode value, String path, YamlMap rules, int depth) {
    rules.list("allOf").forEach(part -> check(value, path, part, depth + 1));
    for (String keyword : List.of("anyOf", "oneOf")) {
      List<YamlNode> variants = rules.list(keyword);
      if (variants.isEmpty()) {
        continue;
      }
      List<Findings> tried = new ArrayList<>();
      for (YamlNode variant : variants) {
        var found = new Findings();
        new SchemaCheck(root, found).check(value, path, variant, depth + 1);
        tried.add(found);
      }
      long fitting = tried.stream().filter(SchemaCheck::isFine).count();
      if (fitting == 0 && variants.size() == 1) {
        findings.addAll(tried.getFirst());
      } else if (fitting == 0) {
        report(value, path + " is none of the " + variants.size() + " things that it may be");
      } else if (fitting > 1 && keyword.equals("oneOf")) {
        report(value, path + " is " + fitting + " of the things of which it may be only one");
      }
    }
  }

  private static boolean isFine(Findings found) {
    return found.errors().isEmpty() && found.unknown().isEmpty();
  }

  private void map(YamlMap map, String path, YamlMap rules, int depth) {
    for (String required : textsOf(rules.list("required"))) {
      if (map.get(required).isEmpty()) {
        report(map, path + "." + required + " is missing");
      }
    }
    Optional<YamlMap> known = rules.map("properties");
    Optional<YamlNode> others = rules.get("additionalProperties");
    for (YamlMap.Entry entry : map.entries()) {
      String inner = path + "." + entry.key();
      Optional<YamlNode> schema = known.flatMap(keys -> keys.get(entry.key()));
      if (schema.isPresent()) {
        check(entry.value(), inner, schema.get(), depth + 1);
      } else if (others.filter(SchemaCheck::isNo).isPresent()) {
        unknown(entry, inner, known.map(YamlMap::keys).orElse(Set.of()));
      } else if (others.isPresent()) {
        check(entry.value(), inner, others.get(), depth + 1);
      }
    }
  }

  private static boolean isNo(YamlNode schema) {
    return Boolean.FALSE.equals(schema.value());
  }

  private void unknown(YamlMap.Entry entry, String path, Set<String> known) {
    var problem = Problem.at(entry.keyPosition(), "unknown key '" + path + "'");
    findings
        .unknown()
        .add(
            Suggestion.didYouMean(entry.key(), new LinkedHashSet<>(known))
                .map(problem::withRemedy)
                .orElse(problem));
  }

  private void list(YamlList list, String path, YamlMap rules, int depth) {
    bounded(list, path, rules, "minItems", "maxItems", list.items().size(), " items");
    rules
        .get("items")
        .ifPresent(
            schema -> {
              for (int i = 0; i < list.items().size(); i++) {
                check(list.items().get(i), path + "[" + i + "]", schema, depth + 1);
              }
            });
  }

  private void scalar(YamlScalar scalar, String path, YamlMap rules) {
    switch (scalar.value()) {
      case String text -> {
        int length = text.codePointCount(0, text.length());
        bounded(scalar, path, rules, "minLength", "maxLength", length, " characters");
        rules
            .text("pattern")
            .filter(pattern -> !matches(pattern, text))
            .ifPresent(pattern -> report(scalar, path + " must match " + pattern));
      }
      case Number number ->
          bounded(scalar, path, rules, "minimum", "maximum", number.doubleValue(), "");
      case null, default -> {}
    }
  }

  /** A pattern that cannot be read matches everything. */
  private static boolean matches(String pattern, String text) {
    try {
      return Pattern.compile(pattern).matcher(text).find();
    } catch (PatternSyntaxException e) {
      return true;
    }
  }

  private void bounded(
      YamlNode value,
      String path,
      YamlMap rules,
      String least,
      String most,
      double actual,
      String what) {
    limit(rules, least)
        .filter(bound -> actual < bound.number())
        .ifPresent(bound -> report(value, path + " must be " + bound.text() + what + " or more"));
    limit(rules, most)
        .filter(bound -> actual > bound.number())
        .ifPresent(bound -> report(value, path + " must be " + bound.text() + what + " or less"));
  }

  private record Limit(double number, String text) {}

  private static Optional<Limit> limit(YamlMap rules, String key) {
    return rules.get(key).orElse(null) instanceof YamlScalar scalar
            && scalar.value() instanceof Number number
        ? Optional.of(new Limit(number.doubleValue(), scalar.text()))
        : Optional.empty();
  }

  private void report(YamlNode value, String what) {
    findings.errors().add(Problem.at(value.position(), what));
  }
}
