package io.kairos.formats.json;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An object of a JSON text, read member by member. A member of the wrong kind is an {@link
 * InvalidConfig} that says where it stands; a member that is {@code null} counts as absent.
 *
 * @param source what errors call the text
 * @param path where in the text this object is, for example {@code layers[0].}; empty at the top
 * @param members in the order of the text
 */
public record JsonObject(String source, String path, Map<String, Object> members) {
  public JsonObject {
    members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
  }

  /** The object that a whole text consists of. */
  public static JsonObject of(String source, Object tree) {
    return of(source, "", tree);
  }

  private static JsonObject of(String source, String path, Object tree) {
    if (!(tree instanceof Map<?, ?> map)) {
      throw wrongKind(source, path.isEmpty() ? "the text" : path, "an object", tree);
    }
    var members = new LinkedHashMap<String, Object>();
    map.forEach((name, member) -> members.put((String) name, member));
    return new JsonObject(source, path.isEmpty() ? "" : path + ".", members);
  }

  public Optional<String> text(String name) {
    return member(name, String.class, "text");
  }

  public String requiredText(String name) {
    return text(name).orElseThrow(() -> missing(name));
  }

  public Optional<Long> number(String name) {
    return member(name, Long.class, "a whole number");
  }

  public long requiredNumber(String name) {
    return number(name).orElseThrow(() -> missing(name));
  }

  public Optional<Boolean> flag(String name) {
    return member(name, Boolean.class, "true or false");
  }

  public Optional<JsonObject> object(String name) {
    return Optional.ofNullable(members.get(name)).map(tree -> of(source, path + name, tree));
  }

  public JsonObject requiredObject(String name) {
    return object(name).orElseThrow(() -> missing(name));
  }

  /** The objects of a list; none when the member is absent. */
  public List<JsonObject> objects(String name) {
    var found = new ArrayList<JsonObject>();
    for (Object item : list(name)) {
      found.add(of(source, path + name + "[" + found.size() + "]", item));
    }
    return List.copyOf(found);
  }

  /** The texts of a list; none when the member is absent. */
  public List<String> texts(String name) {
    var found = new ArrayList<String>();
    for (Object item : list(name)) {
      if (!(item instanceof String text)) {
        throw wrongKind(source, path + name + "[" + found.size() + "]", "text", item);
      }
      found.add(text);
    }
    return List.copyOf(found);
  }

  /** An object whose members are all text, such as labels; empty when the member is absent. */
  public Map<String, String> textMap(String name) {
    var found = new LinkedHashMap<String, String>();
    object(name)
        .ifPresent(
            object -> object.members.keySet().forEach(k -> found.put(k, object.requiredText(k))));
    return Collections.unmodifiableMap(found);
  }

  private List<?> list(String name) {
    return member(name, List.class, "a list").orElse(List.of());
  }

  private <T> Optional<T> member(String name, Class<T> kind, String expected) {
    Object value = members.get(name);
    if (value != null && !kind.isInstance(value)) {
      throw wrongKind(source, path + name, expected, value);
    }
    return Optional.ofNullable(kind.cast(value));
  }

  private InvalidConfig missing(String name) {
    return new InvalidConfig(Problem.at(Position.ofSource(source), path + name + " is missing"));
  }

  private static InvalidConfig wrongKind(
      String source, String path, String expected, Object found) {
    String is =
        switch (found) {
          case null -> "null";
          case String _ -> "text";
          case Number _ -> "a number";
          case Boolean _ -> "true or false";
          case List<?> _ -> "a list";
          default -> "an object";
        };
    return new InvalidConfig(
        Problem.at(Position.ofSource(source), path + " must be " + expected + ", but is " + is));
  }
}
