package io.kairos.stages.datasource;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a datasource knows about this machine.
 *
 * @param text the user data itself: a cloud-config, a script, or anything
 * @param hostname of the machine
 * @param keys ssh keys, one each
 * @param files further facts by the name of their file in {@code /run/config}
 */
record UserData(
    Optional<String> text,
    Optional<String> hostname,
    List<String> keys,
    Map<String, String> files) {
  UserData {
    text = text.filter(content -> !content.isBlank());
    hostname = hostname.map(String::strip).filter(name -> !name.isEmpty());
    keys = keys.stream().map(String::strip).filter(key -> !key.isEmpty()).toList();
    files = new TreeMap<>(files);
  }

  static UserData of(String text) {
    return new UserData(Optional.of(text), Optional.empty(), List.of(), Map.of());
  }

  /** Nothing to act on. */
  boolean isEmpty() {
    return text.isEmpty() && hostname.isEmpty() && keys.isEmpty();
  }
}
