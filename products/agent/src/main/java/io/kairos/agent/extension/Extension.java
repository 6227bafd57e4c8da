package io.kairos.agent.extension;

import io.kairos.base.Bytes;
import io.kairos.boot.ExtensionProfile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An extension of this node.
 *
 * @param name of its file, with its ending
 * @param size empty when the file is gone and only links are left
 * @param enabledFor the boots that load it
 * @param isLinked whether systemd loads it in this boot
 */
record Extension(
    String name, Optional<Bytes> size, List<ExtensionProfile> enabledFor, boolean isLinked) {
  Extension {
    enabledFor = List.copyOf(enabledFor);
  }

  boolean isEnabledFor(ExtensionProfile profile) {
    return enabledFor.contains(profile);
  }

  /** {@code active, common}. */
  String profiles() {
    return enabledFor.stream().map(ExtensionProfile::word).collect(Collectors.joining(", "));
  }

  /** For programs; {@code size} in octets is missing when the file is. */
  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", name);
    size.ifPresent(octets -> tree.put("size", octets.count()));
    tree.put("enabled", enabledFor.stream().map(ExtensionProfile::word).toList());
    tree.put("loaded", isLinked);
    return tree;
  }
}
