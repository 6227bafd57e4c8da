package io.kairos.images;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a layer in the format zstd:chunked keeps what it says about itself, as annotations of its
 * descriptor (containers/storage, pkg/chunked). The layer is an ordinary one in zstd: each file is
 * a frame of its own, and at the end stand the table of contents, the archive without its files
 * (tar-split), and a footer, in frames that decompressors skip.
 *
 * @param toc the compressed table of contents
 * @param tocSize octets that it has without compression
 * @param tocDigest of the compressed table
 * @param split the compressed archive without its files
 */
record ChunkedLayout(ContentRange toc, long tocSize, Digest tocDigest, ContentRange split) {
  static final String CHECKSUM = "io.github.containers.zstd-chunked.manifest-checksum";
  static final String POSITION = "io.github.containers.zstd-chunked.manifest-position";
  static final String SPLIT_POSITION = "io.github.containers.zstd-chunked.tarsplit-position";

  /** What containers/storage calls its own kind of table. */
  static final int TYPE = 1;

  /** As much as the first readers allow. */
  static final long MAX_TOC = 150 << 20;

  private static final Pattern NUMBERS =
      Pattern.compile("(\\d{1,15}):(\\d{1,15}):(\\d{1,15})(?::(\\d{1,3}))?");

  /** Nothing when the layer is of another kind, or of one that came later. */
  static Optional<ChunkedLayout> of(Descriptor layer) {
    Map<String, String> annotations = layer.annotations();
    Matcher toc = NUMBERS.matcher(annotations.getOrDefault(POSITION, ""));
    Matcher split = NUMBERS.matcher(annotations.getOrDefault(SPLIT_POSITION, ""));
    Optional<Digest> digest = Digest.parse(annotations.getOrDefault(CHECKSUM, ""));
    if (!toc.matches()
        || !split.matches()
        || digest.isEmpty()
        || !String.valueOf(TYPE).equals(toc.group(4))) {
      return Optional.empty();
    }
    ContentRange tocRange = range(toc);
    ContentRange splitRange = range(split);
    long tocSize = Long.parseLong(toc.group(3));
    boolean isSane =
        tocSize <= MAX_TOC
            && tocRange.length() > 0
            && tocRange.length() <= MAX_TOC
            && splitRange.length() > 0
            && splitRange.length() <= MAX_TOC
            && tocRange.to() <= layer.size()
            && splitRange.to() <= layer.size();
    return isSane
        ? Optional.of(new ChunkedLayout(tocRange, tocSize, digest.get(), splitRange))
        : Optional.empty();
  }

  private static ContentRange range(Matcher numbers) {
    long from = Long.parseLong(numbers.group(1));
    return new ContentRange(from, from + Long.parseLong(numbers.group(2)));
  }
}
