package io.kairos.images;

import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Table of contents of a layer in the format zstd:chunked: which files it has, and where each is.
 * It is used to find octets; what they mean is said by the archive that they are put back into,
 * whose digest decides.
 *
 * @param files those that have content, in the order of the table
 * @param splitDigest of the compressed archive without its files
 */
record ChunkedToc(List<Entry> files, Digest splitDigest) {
  /**
   * A file of the layer.
   *
   * @param name as the archive has it
   * @param frames its compressed octets in the layer
   */
  record Entry(String name, long size, Digest digest, ContentRange frames) {}

  ChunkedToc {
    files = List.copyOf(files);
  }

  /** Nothing when it is of a version or kind that we cannot rely on. */
  static Optional<ChunkedToc> parse(String source, byte[] json, long layerSize) {
    JsonObject top = Json.parseObject(source, json);
    Optional<Digest> split = top.text("tarSplitDigest").flatMap(Digest::parse);
    if (top.number("version").orElse(0L) != 1 || split.isEmpty()) {
      return Optional.empty();
    }
    List<Entry> files = new ArrayList<>();
    for (JsonObject entry : top.objects("entries")) {
      long size = entry.number("size").orElse(0L);
      if (!entry.text("type").orElse("").equals("reg") || size == 0) {
        continue;
      }
      Optional<Digest> digest = entry.text("digest").flatMap(Digest::parse);
      long from = entry.number("offset").orElse(0L);
      long to = entry.number("endOffset").orElse(0L);
      if (digest.isEmpty() || size < 0 || from < 0 || to <= from || to > layerSize) {
        return Optional.empty();
      }
      files.add(
          new Entry(entry.requiredText("name"), size, digest.get(), new ContentRange(from, to)));
    }
    return Optional.of(new ChunkedToc(files, split.get()));
  }

  /** Nothing when a name stands twice, which no reader of the archive could tell apart. */
  Optional<Map<String, Entry>> byName() {
    Map<String, Entry> named = new HashMap<>();
    for (Entry file : files) {
      if (named.put(file.name(), file) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(named);
  }
}
