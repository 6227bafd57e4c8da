package io.kairos.config;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lays one document over another: maps merge key by key, lists join, a scalar replaces one of its
 * own kind, and null empties what it meets. Every node keeps the place where it was written.
 */
public final class Merge {
  private final boolean converting;

  private Merge(boolean converting) {
    this.converting = converting;
  }

  /**
   * @throws InvalidConfig when two values of different kinds meet
   */
  public static YamlMap maps(YamlMap base, YamlMap over) {
    return new Merge(false).map(base, over);
  }

  /** The same for a source that knows only texts, such as the kernel command line. */
  public static YamlMap convertingMaps(YamlMap base, YamlMap over) {
    return new Merge(true).map(base, over);
  }

  private YamlMap map(YamlMap base, YamlMap over) {
    Map<String, YamlMap.Entry> merged = new LinkedHashMap<>();
    base.entries().forEach(entry -> merged.put(entry.key(), entry));
    for (YamlMap.Entry entry : over.entries()) {
      YamlMap.Entry old = merged.get(entry.key());
      merged.put(
          entry.key(),
          old == null
              ? entry
              : new YamlMap.Entry(
                  entry.key(), entry.keyPosition(), node(entry.key(), old.value(), entry.value())));
    }
    return new YamlMap(merged.values(), base.position());
  }

  private YamlNode node(String key, YamlNode base, YamlNode over) {
    if (base.isNull()) {
      return over;
    }
    if (over.isNull()) {
      return emptied(base, over);
    }
    if (base instanceof YamlMap map && over instanceof YamlMap other) {
      return map(map, other);
    }
    if (base instanceof YamlList list && over instanceof YamlList other) {
      return list(list, other);
    }
    if (base instanceof YamlScalar scalar
        && over instanceof YamlScalar other
        && (converting || scalar.kind() == other.kind())) {
      return converted(scalar, other);
    }
    throw new InvalidConfig(
        Problem.at(
                over.position(),
                "cannot merge "
                    + over.described()
                    + " into '"
                    + key
                    + "', which is "
                    + base.described())
            .withRemedy("give it the same kind as at " + base.position()));
  }

  private static YamlNode emptied(YamlNode base, YamlNode over) {
    return switch (base) {
      case YamlMap map -> YamlMap.empty(over.position());
      case YamlList list -> new YamlList(List.of(), over.position());
      case YamlScalar scalar ->
          switch (scalar.kind()) {
            case BOOL -> YamlScalar.plain("false", over.position());
            case INTEGER, FLOAT -> new YamlScalar("0", scalar.kind(), over.position());
            default -> YamlScalar.text("", over.position());
          };
    };
  }

  /** A text that reads like a value of the kind it replaces becomes one. */
  private static YamlScalar converted(YamlScalar base, YamlScalar over) {
    if (base.kind() == over.kind()) {
      return over;
    }
    if (base.kind() == YamlScalar.Kind.TEXT) {
      return YamlScalar.text(over.text(), over.position());
    }
    YamlScalar plain = YamlScalar.plain(over.text(), over.position());
    return plain.kind() == base.kind() ? plain : over;
  }

  private static YamlList list(YamlList base, YamlList over) {
    if (base.items().isEmpty()) {
      return over;
    }
    List<YamlNode> items = new ArrayList<>(base.items());
    if (base.items().getFirst() instanceof YamlMap) {
      items.addAll(over.items());
      return new YamlList(items, base.position());
    }
    Set<Object> there = new HashSet<>(base.value());
    for (YamlNode item : over.items()) {
      if (there.add(item.value())) {
        items.add(item);
      }
    }
    return new YamlList(items, base.position());
  }
}
