package io.kairos.images;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.function.Function;

/** The order of archives: by the octets of the path, so that it is the same in every locale. */
final class PathOrder {
  private PathOrder() {}

  static <T> List<T> sorted(Collection<T> items, Function<T, String> path) {
    var keys = new HashMap<String, byte[]>();
    for (T item : items) {
      keys.computeIfAbsent(path.apply(item), text -> text.getBytes(StandardCharsets.UTF_8));
    }
    var sorted = new ArrayList<>(items);
    sorted.sort((a, b) -> Arrays.compareUnsigned(keys.get(path.apply(a)), keys.get(path.apply(b))));
    return sorted;
  }
}
