package io.kairos.formats.yaml;

import io.kairos.base.Position;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A mapping. Keys keep their order; a key that is no text counts as its text. Immutable. */
public final class YamlMap implements YamlNode {
  private final Map<String, Entry> entries;
  private final Position position;

  /** A key with its value and its own place. */
  public record Entry(String key, Position keyPosition, YamlNode value) {}

  /**
   * @param entries of equal keys the last one counts
   */
  public YamlMap(Collection<Entry> entries, Position position) {
    var byKey = LinkedHashMap.<String, Entry>newLinkedHashMap(entries.size());
    entries.forEach(entry -> byKey.put(entry.key(), entry));
    this.entries = Collections.unmodifiableMap(byKey);
    this.position = position;
  }

  public static YamlMap empty(Position position) {
    return new YamlMap(List.of(), position);
  }

  @Override
  public Position position() {
    return position;
  }

  public Collection<Entry> entries() {
    return entries.values();
  }

  public Set<String> keys() {
    return entries.keySet();
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  public Optional<Entry> entry(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  public Optional<YamlNode> get(String key) {
    return entry(key).map(Entry::value);
  }

  /** The value of a key when it is a mapping. */
  public Optional<YamlMap> map(String key) {
    return get(key).filter(YamlMap.class::isInstance).map(YamlMap.class::cast);
  }

  /** The items of a key's value when it is a list; otherwise none. */
  public List<YamlNode> list(String key) {
    return get(key).orElse(null) instanceof YamlList list ? list.items() : List.of();
  }

  /** The text of a key's value when it is a scalar that is not null. */
  public Optional<String> text(String key) {
    return get(key)
        .filter(node -> node instanceof YamlScalar && !node.isNull())
        .map(node -> ((YamlScalar) node).asText());
  }

  /** The same map with one entry put or replaced. */
  public YamlMap with(Entry entry) {
    return new YamlMap(
        Stream.concat(entries.values().stream(), Stream.of(entry)).toList(), position);
  }

  /** The same map without a key. */
  public YamlMap without(String key) {
    return new YamlMap(
        entries.values().stream().filter(entry -> !entry.key().equals(key)).toList(), position);
  }

  @Override
  public Map<String, Object> value() {
    var values = LinkedHashMap.<String, Object>newLinkedHashMap(entries.size());
    entries.forEach((key, entry) -> values.put(key, entry.value().value()));
    return values;
  }

  @Override
  public String described() {
    return "a map";
  }

  @Override
  public String toString() {
    return entries.values().toString();
  }
}
