package io.kairos.config;

import io.kairos.base.Bytes;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.base.Suggestion;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A map of settings. Asking for a setting declares it: the same code reads values, finds unknown
 * keys, and yields the schema and the reference page. Problems are collected; reading goes on.
 */
public final class Section {
  private final YamlMap map;
  private final String path;
  private final Findings findings;
  private final boolean lenient;
  private final Optional<List<Setting>> declarations;
  private final Set<String> known = new LinkedHashSet<>();
  private final Map<String, String> aliases = new LinkedHashMap<>();
  private boolean passes;

  private Section(
      YamlMap map,
      String path,
      Findings findings,
      boolean lenient,
      Optional<List<Setting>> declarations) {
    this.map = map;
    this.path = path;
    this.findings = findings;
    this.lenient = lenient;
    this.declarations = declarations;
  }

  /**
   * Reads a map and reports the keys that the reader did not ask for.
   *
   * @param path of the map in its document; empty at the top
   */
  public static <T> T read(
      YamlMap map, String path, Findings findings, Function<Section, T> reader) {
    return new Section(map, path, findings, false, Optional.empty()).finish(reader);
  }

  /**
   * As {@link #read}, with the habits that the action sections ({@code install} and its like) have
   * always had: keys in any case, dotted keys, booleans and numbers in quotes, lists as one text
   * with commas.
   */
  public static <T> T readLeniently(
      YamlMap map, String path, Findings findings, Function<Section, T> reader) {
    var section = new Section(Dotted.expanded(map), path, findings, true, Optional.empty());
    return section.finish(reader);
  }

  /** The same without a report of unknown keys, for maps that others read too. */
  public static <T> T readPart(
      YamlMap map, String path, Findings findings, Function<Section, T> reader) {
    return reader.apply(new Section(map, path, findings, false, Optional.empty()));
  }

  static List<Setting> describe(Function<Section, ?> reader) {
    List<Setting> declared = new ArrayList<>();
    var nowhere = YamlMap.empty(Position.ofSource(""));
    var _ = reader.apply(new Section(nowhere, "", new Findings(), false, Optional.of(declared)));
    return declared;
  }

  private <T> T finish(Function<Section, T> reader) {
    T result = reader.apply(this);
    reportUnknownKeys();
    return result;
  }

  // ---- what readers ask for

  public Value<Boolean> flag(String key, String meaning) {
    return scalar(
        key,
        meaning,
        Setting.Kind.FLAG,
        scalar -> scalar.asFlag().or(() -> lenient ? weakFlag(scalar.text()) : Optional.empty()));
  }

  private static Optional<Boolean> weakFlag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "t", "1" -> Optional.of(true);
      case "false", "f", "0", "" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  public Value<Long> number(String key, String meaning) {
    return scalar(key, meaning, Setting.Kind.NUMBER, this::numberOf);
  }

  private Optional<Long> numberOf(YamlScalar scalar) {
    OptionalLong number = scalar.asInteger();
    if (number.isEmpty() && lenient && scalar.kind() == YamlScalar.Kind.TEXT) {
      number = YamlScalar.plain(scalar.text().strip(), scalar.position()).asInteger();
    }
    return number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
  }

  /** A number of mebibytes. */
  public Value<Bytes> mebibytes(String key, String meaning) {
    Value<Bytes> value =
        scalar(
            key,
            meaning + ", in MiB",
            Setting.Kind.NUMBER,
            "a whole number of MiB, 0 or more",
            scalar -> numberOf(scalar).filter(n -> n >= 0 && n < 1L << 43).map(Bytes::ofMib));
    var _ = constrain(key, "minimum", 0L);
    return value;
  }

  public Value<String> text(String key, String meaning) {
    return scalar(key, meaning, Setting.Kind.TEXT, scalar -> Optional.of(scalar.asText()));
  }

  /** One of a few words. */
  public Value<String> word(String key, String meaning, String... words) {
    List<String> allowed = List.of(words);
    declare(key, Setting.Kind.TEXT, meaning, allowed, List.of());
    return parsedScalar(
        key,
        text -> {
          if (!allowed.contains(text)) {
            throw new IllegalArgumentException(
                "must be one of " + String.join(", ", allowed) + ", not '" + text + "'");
          }
          return text;
        });
  }

  /**
   * A text with a meaning of its own.
   *
   * @param parser throws {@link IllegalArgumentException} whose message completes "KEY …"
   */
  public <T> Value<T> parsed(String key, String meaning, Function<String, T> parser) {
    declare(key, Setting.Kind.TEXT, meaning, List.of(), List.of());
    return parsedScalar(key, parser);
  }

  private <T> Value<T> parsedScalar(String key, Function<String, T> parser) {
    YamlNode node = node(key);
    if (node == null) {
      return value(key, Optional.empty());
    }
    if (!(node instanceof YamlScalar scalar)) {
      wrongKind(key, Setting.Kind.TEXT.toString(), node);
      return value(key, Optional.empty());
    }
    try {
      return value(key, Optional.of(parser.apply(scalar.asText())));
    } catch (IllegalArgumentException e) {
      findings.errors().add(Problem.at(scalar.position(), full(key) + " " + e.getMessage()));
      return value(key, Optional.empty());
    }
  }

  public Value<List<String>> texts(String key, String meaning) {
    declare(key, Setting.Kind.TEXTS, meaning, List.of(), List.of());
    return value(key, textsOf(key));
  }

  private Optional<List<String>> textsOf(String key) {
    YamlNode node = node(key);
    if (node == null) {
      return Optional.empty();
    }
    if (node instanceof YamlList list) {
      return Optional.of(textsOf(key, list));
    }
    if (lenient && node instanceof YamlScalar scalar) {
      return Optional.of(
          Arrays.stream(scalar.asText().split(","))
              .map(String::strip)
              .filter(text -> !text.isEmpty())
              .toList());
    }
    wrongKind(key, Setting.Kind.TEXTS.toString(), node);
    return Optional.empty();
  }

  private List<String> textsOf(String key, YamlList list) {
    List<String> texts = new ArrayList<>();
    for (YamlNode item : list.items()) {
      if (item instanceof YamlScalar scalar) {
        texts.add(scalar.asText());
      } else {
        wrongKind(key + "[" + texts.size() + "]", "a text", item);
      }
    }
    return texts;
  }

  public Value<Map<String, String>> textMap(String key, String meaning) {
    return textMap(key, meaning, Map.of());
  }

  /**
   * A map of texts of which some are well known.
   *
   * @param known what these mean, by their key
   */
  public Value<Map<String, String>> textMap(String key, String meaning, Map<String, String> known) {
    List<Setting> children = new ArrayList<>();
    new TreeMap<>(known)
        .forEach(
            (name, says) ->
                children.add(Setting.of(name, Setting.Kind.TEXT, says, List.of(), List.of())));
    declare(key, Setting.Kind.TEXT_MAP, meaning, List.of(), children);
    return value(key, textMapOf(key));
  }

  private Optional<Map<String, String>> textMapOf(String key) {
    YamlNode node = node(key);
    if (node == null) {
      return Optional.empty();
    }
    if (!(node instanceof YamlMap texts)) {
      wrongKind(key, Setting.Kind.TEXT_MAP.toString(), node);
      return Optional.empty();
    }
    Map<String, String> result = new LinkedHashMap<>();
    for (YamlMap.Entry entry : texts.entries()) {
      if (entry.value() instanceof YamlScalar scalar) {
        result.put(entry.key(), scalar.asText());
      } else {
        wrongKind(key + "." + entry.key(), "a text", entry.value());
      }
    }
    return Optional.of(result);
  }

  /** A section of its own. */
  public <T> Value<T> section(String key, String meaning, Function<Section, T> reader) {
    declare(key, Setting.Kind.SECTION, meaning, List.of(), childrenOf(reader));
    YamlNode node = node(key);
    if (node instanceof YamlMap inner) {
      return value(key, Optional.of(inner(inner, full(key)).finish(reader)));
    }
    if (node != null) {
      wrongKind(key, Setting.Kind.SECTION.toString(), node);
    }
    return value(key, Optional.empty());
  }

  /** A section of its own with the habits of {@link #readLeniently}. */
  public <T> Value<T> lenientSection(String key, String meaning, Function<Section, T> reader) {
    declare(key, Setting.Kind.SECTION, meaning, List.of(), childrenOf(reader));
    YamlNode node = node(key);
    if (node instanceof YamlMap inner) {
      return value(key, Optional.of(readLeniently(inner, full(key), findings, reader)));
    }
    if (node != null) {
      wrongKind(key, Setting.Kind.SECTION.toString(), node);
    }
    return value(key, Optional.empty());
  }

  /** A list of sections. */
  public <T> Value<List<T>> sections(String key, String meaning, Function<Section, T> reader) {
    declare(key, Setting.Kind.SECTIONS, meaning, List.of(), childrenOf(reader));
    YamlNode node = node(key);
    if (!(node instanceof YamlList list)) {
      if (node != null) {
        wrongKind(key, Setting.Kind.SECTIONS.toString(), node);
      }
      return value(key, Optional.empty());
    }
    List<T> items = new ArrayList<>();
    for (int i = 0; i < list.items().size(); i++) {
      String item = key + "[" + i + "]";
      if (list.items().get(i) instanceof YamlMap inner) {
        items.add(inner(inner, full(item)).finish(reader));
      } else if (!list.items().get(i).isNull()) {
        wrongKind(item, Setting.Kind.SECTION.toString(), list.items().get(i));
      }
    }
    return value(key, Optional.of(items));
  }

  /** A map whose keys are names and whose values are sections. */
  public <T> Value<Map<String, T>> sectionMap(
      String key, String meaning, Function<Section, T> reader) {
    declare(key, Setting.Kind.SECTION_MAP, meaning, List.of(), childrenOf(reader));
    YamlNode node = node(key);
    if (!(node instanceof YamlMap outer)) {
      if (node != null) {
        wrongKind(key, Setting.Kind.SECTION_MAP.toString(), node);
      }
      return value(key, Optional.empty());
    }
    Map<String, T> items = new LinkedHashMap<>();
    for (YamlMap.Entry entry : outer.entries()) {
      String name = key + "." + entry.key();
      if (entry.value() instanceof YamlMap inner) {
        items.put(entry.key(), inner(inner, full(name)).finish(reader));
      } else if (entry.value().isNull()) {
        YamlMap empty = YamlMap.empty(entry.value().position());
        items.put(entry.key(), inner(empty, full(name)).finish(reader));
      } else {
        wrongKind(name, Setting.Kind.SECTION.toString(), entry.value());
      }
    }
    return value(key, Optional.of(items));
  }

  /** A known key whose shape is not ours to judge. */
  public Value<YamlNode> anything(String key, String meaning) {
    declare(key, Setting.Kind.ANYTHING, meaning, List.of(), List.of());
    return value(key, Optional.ofNullable(node(key)));
  }

  /** Accepts an older or wrong spelling that users have in their files. */
  public Section alias(String spelling, String key) {
    known.add(spelling);
    aliases.put(key, spelling);
    map.entry(lenient ? actualKey(spelling) : spelling)
        .ifPresent(
            entry ->
                findings
                    .notes()
                    .add(
                        Problem.at(entry.keyPosition(), full(spelling) + " is an old spelling")
                            .withRemedy("write '" + key + "'")));
    return this;
  }

  /** Where the value of a setting was written. */
  public Optional<Position> position(String key) {
    return Optional.ofNullable(node(key)).map(YamlNode::position);
  }

  /** Where the section itself was written. */
  public Position position() {
    return map.position();
  }

  /** Dotted path in the document. */
  public String path() {
    return path;
  }

  /** The map behind the section. */
  public YamlMap map() {
    return map;
  }

  /** Reports a problem of a setting that only its reader can see. */
  public void report(String key, String what) {
    findings.errors().add(Problem.at(position(key).orElse(map.position()), full(key) + " " + what));
  }

  /** Reports a rule that is broken, where programs have always gone on regardless. */
  public void doubt(String key, String what) {
    findings.doubts().add(Problem.at(position(key).orElse(map.position()), full(key) + " " + what));
  }

  /** Tells whoever wrote this setting that it changes nothing, and why. */
  public void hasNoEffect(String key, String why) {
    position(key)
        .ifPresent(
            where -> findings.notes().add(Problem.at(where, full(key) + " has no effect: " + why)));
  }

  /**
   * Whether a part of the section is to be read, because one of its keys is there: most steps have
   * one key of thirty, and a node reads a hundred steps while it boots.
   *
   * @param keys all that this part asks for; they count as known
   */
  public boolean concerns(List<String> keys) {
    known.addAll(keys);
    if (declarations.isPresent()) {
      return true;
    }
    for (String key : keys) {
      if (has(key)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a key stands there, with whatever value. */
  public boolean has(String key) {
    return node(key) != null;
  }

  /**
   * Adds to the schema of a setting that was just asked for.
   *
   * @param keyword of JSON schema, for example {@code pattern}
   */
  public Section constrain(String key, String keyword, Object value) {
    declarations.ifPresent(
        list ->
            list.replaceAll(
                setting -> setting.key().equals(key) ? setting.with(keyword, value) : setting));
    return this;
  }

  /** Keys that nobody asked for are no problem here: another program has keys of its own. */
  public void ownKeysPass() {
    passes = true;
  }

  /** Tells the schema that a setting has to be there; its reader reports when it is not. */
  public void mark(String requiredKey) {
    var _ = constrain(requiredKey, Setting.REQUIRED, true);
  }

  public Findings findings() {
    return findings;
  }

  // ---- inside

  private Section inner(YamlMap inner, String innerPath) {
    return new Section(inner, innerPath, findings, lenient, Optional.empty());
  }

  private <T> Value<T> scalar(
      String key, String meaning, Setting.Kind kind, Function<YamlScalar, Optional<T>> reading) {
    return scalar(key, meaning, kind, kind.toString(), reading);
  }

  private <T> Value<T> scalar(
      String key,
      String meaning,
      Setting.Kind kind,
      String expected,
      Function<YamlScalar, Optional<T>> reading) {
    declare(key, kind, meaning, List.of(), List.of());
    YamlNode node = node(key);
    if (node == null) {
      return value(key, Optional.empty());
    }
    Optional<T> read = node instanceof YamlScalar scalar ? reading.apply(scalar) : Optional.empty();
    if (read.isEmpty()) {
      wrongKind(key, expected, node);
    }
    return value(key, read);
  }

  /** The value of a key, {@code null} when it is absent or null. */
  private YamlNode node(String key) {
    YamlNode node = map.get(actualKey(key)).orElse(null);
    if ((node == null || node.isNull()) && aliases.containsKey(key)) {
      node = map.get(actualKey(aliases.get(key))).orElse(null);
    }
    return node == null || node.isNull() ? null : node;
  }

  private String actualKey(String key) {
    if (!lenient || map.entry(key).isPresent()) {
      return key;
    }
    for (String written : map.keys()) {
      if (written.equalsIgnoreCase(key)) {
        return written;
      }
    }
    return key;
  }

  private <T> Value<T> value(String key, Optional<T> written) {
    return new Value<>(
        written,
        standard -> declarations.ifPresent(list -> setStandard(list, key, standard)),
        () -> {
          if (declarations.isEmpty()) {
            findings.errors().add(Problem.at(map.position(), full(key) + " is missing"));
          }
        });
  }

  private static void setStandard(List<Setting> list, String key, String standard) {
    list.replaceAll(
        setting -> setting.key().equals(key) ? setting.withStandard(standard) : setting);
  }

  private void declare(
      String key, Setting.Kind kind, String meaning, List<String> words, List<Setting> children) {
    known.add(key);
    declarations.ifPresent(list -> list.add(Setting.of(key, kind, meaning, words, children)));
  }

  private <T> List<Setting> childrenOf(Function<Section, T> reader) {
    return declarations.isPresent() ? describe(reader) : List.of();
  }

  private void wrongKind(String key, String expected, YamlNode found) {
    var problem =
        Problem.at(
            found.position(), full(key) + " must be " + expected + ", not " + found.described());
    findings.errors().add(remedy(expected, found).map(problem::withRemedy).orElse(problem));
  }

  /** What to write instead, for the mistakes that people make. */
  private static Optional<String> remedy(String expected, YamlNode found) {
    if (!(found instanceof YamlScalar scalar) || scalar.text().length() > 60) {
      return Optional.empty();
    }
    YamlScalar plain = YamlScalar.plain(scalar.text(), scalar.position());
    return switch (expected) {
      case "a list of texts" -> Optional.of("write a list: [" + Yaml.flow(scalar) + "]");
      case "true or false" ->
          plain.kind() == YamlScalar.Kind.BOOL
              ? Optional.of("write " + scalar.text() + " without quotes")
              : Optional.empty();
      case "a number" ->
          plain.kind() == YamlScalar.Kind.INTEGER && scalar.kind() == YamlScalar.Kind.TEXT
              ? Optional.of("write " + scalar.text() + " without quotes")
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private void reportUnknownKeys() {
    if (passes) {
      return;
    }
    for (YamlMap.Entry entry : map.entries()) {
      boolean isKnown =
          known.contains(entry.key())
              || (lenient && known.stream().anyMatch(key -> key.equalsIgnoreCase(entry.key())));
      if (!isKnown) {
        var problem = Problem.at(entry.keyPosition(), "unknown key '" + full(entry.key()) + "'");
        findings
            .unknown()
            .add(
                Suggestion.didYouMean(entry.key(), known).map(problem::withRemedy).orElse(problem));
      }
    }
  }

  private String full(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
