package io.kairos.immucore;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a system put into one kept folder of the node, so that the next one can tell what of it
 * somebody changed since.
 *
 * @param system UUID of the image's file system; empty when it has none
 * @param entries by path inside the folder
 * @param deleted paths that the user deleted
 * @param leaving entries that a merge began to remove, and may not have ended
 */
record SeedManifest(
    Optional<String> system,
    SortedMap<String, SeedEntry> entries,
    Set<String> deleted,
    Set<String> leaving) {

  SeedManifest {
    entries = new TreeMap<>(entries);
    deleted = new TreeSet<>(deleted);
    leaving = new TreeSet<>(leaving);
  }

  /** Nothing was put there, by this image or before. */
  boolean isEmpty() {
    return entries.isEmpty() && deleted.isEmpty();
  }

  SeedManifest leaving(Set<String> paths) {
    return new SeedManifest(system, entries, deleted, paths);
  }

  /**
   * @throws InvalidConfig when it is no manifest
   */
  static SeedManifest parse(String name, byte[] json) {
    JsonObject all = Json.parseObject(name, json);
    SortedMap<String, SeedEntry> entries = new TreeMap<>();
    JsonObject seeded = all.requiredObject("seeded");
    try {
      for (String path : seeded.members().keySet()) {
        entries.put(path, SeedEntry.parse(seeded.requiredText(path)));
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidConfig(Problem.of(name + ": " + e.getMessage()));
    }
    return new SeedManifest(
        all.text("system"), entries, paths(all, "deleted"), paths(all, "leaving"));
  }

  private static Set<String> paths(JsonObject all, String key) {
    return new TreeSet<>(all.texts(key));
  }

  String json() {
    Map<String, Object> all = new LinkedHashMap<>();
    system.ifPresent(uuid -> all.put("system", uuid));
    Map<String, Object> seeded = new LinkedHashMap<>();
    entries.forEach((path, entry) -> seeded.put(path, entry.text()));
    all.put("seeded", seeded);
    all.put("deleted", List.copyOf(deleted));
    all.put("leaving", List.copyOf(leaving));
    return Json.pretty(all) + "\n";
  }
}
