package io.kairos.images;

import io.kairos.formats.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A layer that was not fetched whole: its archive is put together from headers, and from files that
 * are here already or were fetched one by one. Whether the result is the layer is decided by its
 * diff_id, so nothing that this is made from needs to be trusted.
 *
 * @param split the archive without its files, compressed
 * @param contents by digest where the octets are
 * @param files digests by name
 * @param size octets of the archive, about
 */
record LayerAssembly(Path split, Map<Digest, Path> contents, Map<String, Digest> files, long size) {
  LayerAssembly {
    contents = new HashMap<>(contents);
    files = new HashMap<>(files);
  }

  /** The plain archive, to be verified as a whole. */
  InputStream open() throws IOException {
    return archive(this::content);
  }

  /**
   * The archive once more, after it was found to be the layer: each file is checked on its own,
   * because the running system may have changed one in the meantime.
   */
  InputStream openAgain() throws IOException {
    return archive(this::sameContent);
  }

  private Archive archive(Opener opener) throws IOException {
    return new Archive(
        new TarSplit(
            new ZstdInputStream(new BufferedInputStream(Files.newInputStream(split), 1 << 16))),
        opener);
  }

  /** Opens the octets of a file. */
  @FunctionalInterface
  private interface Opener {
    InputStream open(TarSplit.Piece.Content file) throws IOException;
  }

  private InputStream content(TarSplit.Piece.Content file) throws IOException {
    return Files.newInputStream(found(file));
  }

  private InputStream sameContent(TarSplit.Piece.Content file) throws IOException {
    return new Checked(found(file), files.get(file.name()), file.size());
  }

  private Path found(TarSplit.Piece.Content file) throws IOException {
    Digest digest = files.get(file.name());
    Path path = digest == null ? null : contents.get(digest);
    if (path == null) {
      throw new IOException("nothing is known of the file " + file.name());
    }
    return path;
  }

  /** Fails with the last octet of a file that is not what it was. */
  private static final class Checked extends ObservedInputStream {
    private final Path path;
    private final Digest expected;
    private final MessageDigest hash;
    private long left;

    Checked(Path path, Digest expected, long size) throws IOException {
      super(Files.newInputStream(path));
      this.path = path;
      this.expected = expected;
      this.hash = expected.newHash();
      this.left = size;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int count = in.read(buffer, from, (int) Math.min(length, left));
      if (count > 0) {
        hash.update(buffer, from, count);
        left -= count;
      }
      if (count < 0 || (left == 0 && !isSame())) {
        throw new IOException(path + " changed while it was being read");
      }
      return count;
    }

    private boolean isSame() {
      return Digest.ofHash(expected.algorithm(), hash.digest()).equals(expected);
    }
  }

  /** One piece after the other. */
  private static final class Archive extends InputStream {
    private final TarSplit pieces;
    private final Opener opener;
    private InputStream current = InputStream.nullInputStream();

    Archive(TarSplit pieces, Opener opener) {
      this.pieces = pieces;
      this.opener = opener;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (true) {
        int count = current.read(buffer, from, length);
        if (count >= 0) {
          return count;
        }
        current.close();
        Optional<TarSplit.Piece> next = pieces.next();
        if (next.isEmpty()) {
          return -1;
        }
        current =
            switch (next.get()) {
              case TarSplit.Piece.Segment(var octets) -> new ByteArrayInputStream(octets.toArray());
              case TarSplit.Piece.Content file ->
                  file.size() == 0 ? InputStream.nullInputStream() : opener.open(file);
            };
      }
    }

    @Override
    public void close() throws IOException {
      current.close();
      pieces.close();
    }
  }
}
