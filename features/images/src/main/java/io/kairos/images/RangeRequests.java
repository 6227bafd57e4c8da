package io.kairos.images;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which parts of a blob are asked for together: those that lie close to each other are joined, and
 * a request holds as many as its header has room for.
 *
 * @param joined what is between two parts is fetched along when it is not longer than this
 * @param perRequest parts in one request, at least one
 */
record RangeRequests(long joined, int perRequest) {
  /** For servers that answer with several parts: a part costs about as much as its header. */
  static final RangeRequests SEVERAL = new RangeRequests(512, 128);

  /** For servers that answer with one part: a request costs about a round trip. */
  static final RangeRequests SINGLE = new RangeRequests(64 << 10, 1);

  /** Characters of a header that every server takes. */
  private static final int MAX_HEADER = 3000;

  /**
   * @param wanted in any order, also overlapping
   * @return requests, each with parts in the order of the blob
   */
  List<List<ContentRange>> of(List<ContentRange> wanted) {
    List<List<ContentRange>> requests = new ArrayList<>();
    List<ContentRange> current = new ArrayList<>();
    int header = 0;
    for (ContentRange part : join(wanted)) {
      int length = part.asked().length() + 1;
      if (!current.isEmpty() && (current.size() >= perRequest || header + length > MAX_HEADER)) {
        requests.add(List.copyOf(current));
        current.clear();
        header = 0;
      }
      current.add(part);
      header += length;
    }
    if (!current.isEmpty()) {
      requests.add(List.copyOf(current));
    }
    return requests;
  }

  private List<ContentRange> join(List<ContentRange> wanted) {
    List<ContentRange> parts = new ArrayList<>();
    for (ContentRange next :
        wanted.stream().sorted(Comparator.comparingLong(ContentRange::from)).toList()) {
      ContentRange last = parts.isEmpty() ? null : parts.getLast();
      if (last != null && next.from() - last.to() <= joined) {
        parts.set(parts.size() - 1, new ContentRange(last.from(), Math.max(last.to(), next.to())));
      } else {
        parts.add(next);
      }
    }
    return parts;
  }
}
