package io.kairos.config;

import io.kairos.base.Position;
import io.kairos.formats.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Grows a tree from {@code a.b[0].c} and {@code a.b.0.c}. What is in the way of a longer path is
 * replaced.
 */
final class DottedTree {
  /** Far beyond what fits on a kernel command line; protects the memory. */
  private static final int MOST_ITEMS = 1000;

  /** As deep as a YAML document may be; protects the stack. */
  private static final int DEEPEST = 200;

  /** Gaps of lists that are filled with nothing, in the whole tree; protects the memory. */
  private static final int MOST_GAPS = 100_000;

  private int gaps;
  private final Map<String, Object> root = new LinkedHashMap<>();
  private final Position position;

  DottedTree(Position position) {
    this.position = position;
  }

  /**
   * @throws IllegalArgumentException when the path is malformed
   */
  void put(String path, YamlNode value) {
    List<Object> segments = segments(path);
    if (segments.size() > DEEPEST) {
      throw new IllegalArgumentException("it is nested deeper than " + DEEPEST + " levels");
    }
    Object container = root;
    for (int i = 0; i < segments.size(); i++) {
      boolean last = i == segments.size() - 1;
      Object next = last ? value : segments.get(i + 1) instanceof Integer ? List.of() : Map.of();
      container = enter(container, segments.get(i), next);
    }
  }

  /** Puts a leaf, or makes sure that a container of the kind of {@code next} is there. */
  private Object enter(Object container, Object segment, Object next) {
    Object existing =
        switch (container) {
          case Map<?, ?> map -> map.get(segment);
          case List<?> list -> (Integer) segment < list.size() ? list.get((Integer) segment) : null;
          default -> throw new IllegalStateException();
        };
    Object child =
        switch (next) {
          case YamlNode leaf -> leaf;
          case List<?> list -> existing instanceof List<?> ? existing : new ArrayList<Object>();
          default -> existing instanceof Map<?, ?> ? existing : new LinkedHashMap<String, Object>();
        };
    put(container, segment, child);
    return child;
  }

  @SuppressWarnings("unchecked")
  private void put(Object container, Object segment, Object child) {
    if (container instanceof Map<?, ?> map) {
      ((Map<String, Object>) map).put((String) segment, child);
      return;
    }
    var list = (List<Object>) container;
    gaps += Math.max(0, (Integer) segment - list.size());
    if (gaps > MOST_GAPS) {
      throw new IllegalArgumentException("its lists have more than " + MOST_GAPS + " gaps");
    }
    while (list.size() <= (Integer) segment) {
      list.add(null);
    }
    list.set((Integer) segment, child);
  }

  private static List<Object> segments(String path) {
    List<Object> segments = new ArrayList<>();
    for (String part : path.split("\\.", -1)) {
      int bracket = part.indexOf('[');
      String name = bracket < 0 ? part : part.substring(0, bracket);
      if (name.isEmpty()) {
        throw new IllegalArgumentException("an empty name in '" + path + "'");
      }
      segments.add(!segments.isEmpty() && isNumber(name) ? (Object) index(name, path) : name);
      while (bracket >= 0) {
        int end = part.indexOf(']', bracket);
        if (end < 0) {
          throw new IllegalArgumentException("'[' without ']' in '" + path + "'");
        }
        segments.add(index(part.substring(bracket + 1, end), path));
        bracket = end + 1 < part.length() ? end + 1 : -1;
        if (bracket > 0 && part.charAt(bracket) != '[') {
          throw new IllegalArgumentException("'" + path + "' is no path");
        }
      }
    }
    return segments;
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static int index(String text, String path) {
    if (!isNumber(text) || text.length() > 4 || Integer.parseInt(text) >= MOST_ITEMS) {
      throw new IllegalArgumentException("'" + text + "' is no index in '" + path + "'");
    }
    return Integer.parseInt(text);
  }

  YamlNode tree() {
    return YamlNode.of(root, position);
  }
}
