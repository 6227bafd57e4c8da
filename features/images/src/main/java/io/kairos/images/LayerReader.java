package io.kairos.images;

import io.kairos.base.Refused;
import io.kairos.formats.tar.TarReader;
import io.kairos.formats.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Streams the members of one archive and verifies its digests on the way. */
final class LayerReader implements Closeable {
  private static final int BUFFER = 1 << 17;
  private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

  private final TarSource source;
  private final HashingInputStream file;
  private final HashingInputStream plain;
  private final InputStream archive;
  private final TarReader tar;

  private LayerReader(
      TarSource source, HashingInputStream file, HashingInputStream plain, InputStream archive) {
    this.source = source;
    this.file = file;
    this.plain = plain;
    this.archive = archive;
    this.tar = new TarReader(archive);
  }

  /** For reading it once to the end, and then {@link #verify}. */
  static LayerReader open(TarSource source, ReadLimits limits) throws IOException {
    Optional<Digest> whole = source.expected().map(Descriptor::digest);
    // A plain layer has one digest by two names.
    boolean once = whole.isPresent() && whole.equals(source.diffId());
    return open(
        source,
        limits,
        source.open(),
        whole.filter(_ -> !once).map(Digest::newHash),
        source.diffId().map(Digest::newHash));
  }

  /**
   * Of what was verified before, or has parts that are verified on their own: hashing it again
   * would take most of the time.
   */
  static LayerReader openTrusted(TarSource source, ReadLimits limits) throws IOException {
    return open(source, limits, source.openAgain(), Optional.empty(), Optional.empty());
  }

  private static LayerReader open(
      TarSource source,
      ReadLimits limits,
      InputStream stored,
      Optional<MessageDigest> fileHash,
      Optional<MessageDigest> plainHash)
      throws IOException {
    var file = new HashingInputStream(stored, fileHash, Long.MAX_VALUE);
    var plain =
        new HashingInputStream(
            uncompressed(new BufferedInputStream(file, BUFFER)),
            plainHash,
            limits.plainSize(source.size()));
    return new LayerReader(source, file, plain, new BufferedInputStream(plain, BUFFER));
  }

  /** By what the first octets say, because media types are often wrong about it. */
  private static InputStream uncompressed(BufferedInputStream in) throws IOException {
    in.mark(4);
    byte[] magic = in.readNBytes(4);
    in.reset();
    if (magic.length >= 2 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
      return new GZIPInputStream(in, BUFFER);
    }
    if (Arrays.equals(magic, ZSTD_MAGIC)) {
      return new ZstdInputStream(in);
    }
    return in;
  }

  TarReader tar() {
    return tar;
  }

  /** Reads what follows the archive and compares the digests. */
  void verify() throws IOException {
    archive.transferTo(OutputStream.nullOutputStream());
    // A decompressor may stop before the end of the file.
    file.transferTo(OutputStream.nullOutputStream());
    file.digest()
        .ifPresent(
            hash ->
                OciLayout.requireDigest(
                    source.file(), source.expected().orElseThrow().digest(), hash));
    Optional<Digest> diffId = source.diffId();
    if (diffId.isPresent() && !isHash(diffId.get(), plain.digest().orElseThrow())) {
      throw new Refused(
          source.name() + " does not unpack to the diff_id of the image's config: " + diffId.get(),
          "build or fetch the image again");
    }
  }

  private static boolean isHash(Digest digest, byte[] hash) {
    return Digest.ofHash(digest.algorithm(), hash).equals(digest);
  }

  @Override
  public void close() throws IOException {
    archive.close();
  }
}
