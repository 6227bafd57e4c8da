package io.kairos.images;

import io.kairos.base.Refused;
import io.kairos.formats.tar.TarReader;
import io.kairos.formats.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

  static LayerReader open(TarSource source, ReadLimits limits) throws IOException {
    long size = source.size();
    var file =
        new HashingInputStream(
            source.open(),
            source
                .expected()
                .map(descriptor -> descriptor.digest().newHash())
                .orElseGet(() -> Digest.newHash("sha256")),
            Long.MAX_VALUE);
    var plain =
        new HashingInputStream(
            uncompressed(new BufferedInputStream(file, BUFFER)),
            source.diffId().map(Digest::newHash).orElseGet(() -> Digest.newHash("sha256")),
            limits.plainSize(size));
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
    source
        .expected()
        .ifPresent(d -> OciLayout.requireDigest(source.file(), d.digest(), file.digest()));
    Optional<Digest> diffId = source.diffId();
    if (diffId.isPresent()
        && !Digest.ofHash(diffId.get().algorithm(), plain.digest()).equals(diffId.get())) {
      throw new Refused(
          source.name() + " does not unpack to the diff_id of the image's config: " + diffId.get(),
          "build or fetch the image again");
    }
  }

  @Override
  public void close() throws IOException {
    archive.close();
  }
}
