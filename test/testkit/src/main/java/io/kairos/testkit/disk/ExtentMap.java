package io.kairos.testkit.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Map;
import java.util.TreeMap;

/** Which piece of which file lies where; what is put later covers what was there. */
final class ExtentMap {
  /**
   * @param source null for zeros
   * @param at in the source
   */
  private record Extent(long length, FileChannel source, long at) {
    Extent from(long skipped) {
      return new Extent(length - skipped, source, source == null ? 0 : at + skipped);
    }

    Extent upTo(long count) {
      return new Extent(count, source, at);
    }
  }

  /** What lies where nothing was put. */
  @FunctionalInterface
  interface Gap {
    void pieces(long offset, long length) throws IOException;
  }

  private final TreeMap<Long, Extent> extents = new TreeMap<>();

  void put(long offset, long length, FileChannel source, long at) {
    clear(offset, length);
    extents.put(offset, new Extent(length, source, at));
  }

  /** Nothing lies there any more. */
  void clear(long offset, long length) {
    long end = offset + length;
    Map.Entry<Long, Extent> before = extents.lowerEntry(offset);
    if (before != null && before.getKey() + before.getValue().length() > offset) {
      long kept = offset - before.getKey();
      Extent old = before.getValue();
      extents.put(before.getKey(), old.upTo(kept));
      if (old.length() - kept > length) {
        extents.put(end, old.from(kept + length));
      }
    }
    Map.Entry<Long, Extent> last = extents.lowerEntry(end);
    if (last != null && last.getKey() >= offset && last.getKey() + last.getValue().length() > end) {
      extents.put(end, last.getValue().from(end - last.getKey()));
    }
    extents.subMap(offset, end).clear();
  }

  void pieces(long offset, long length, View.Sink sink, Gap gap) throws IOException {
    long at = offset;
    long end = offset + length;
    while (at < end) {
      Map.Entry<Long, Extent> found = extents.floorEntry(at);
      if (found != null && found.getKey() + found.getValue().length() > at) {
        Extent rest = found.getValue().from(at - found.getKey());
        long count = Math.min(rest.length(), end - at);
        sink.piece(rest.source(), rest.at(), count);
        at += count;
      } else {
        Long next = extents.higherKey(at);
        long count = (next == null ? end : Math.min(next, end)) - at;
        gap.pieces(at, count);
        at += count;
      }
    }
  }
}
