package io.kairos.images;

import io.kairos.formats.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** The plain archive. */
  InputStream open() throws IOException {
    return new Archive(
        new TarSplit(
            new ZstdInputStream(new BufferedInputStream(Files.newInputStream(split), 1 << 16))));
  }

  private InputStream content(TarSplit.Piece.Content file) throws IOException {
    Digest digest = files.get(file.name());
    Path path = digest == null ? null : contents.get(digest);
    if (path == null) {
      throw new IOException("nothing is known of the file " + file.name());
    }
    return Files.newInputStream(path);
  }

  /** One piece after the other. */
  private final class Archive extends InputStream {
    private final TarSplit pieces;
    private InputStream current = InputStream.nullInputStream();

    Archive(TarSplit pieces) {
      this.pieces = pieces;
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
                  file.size() == 0 ? InputStream.nullInputStream() : content(file);
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
