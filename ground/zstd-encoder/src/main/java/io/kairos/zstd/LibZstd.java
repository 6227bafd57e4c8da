package io.kairos.zstd;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.kairos.formats.zstd.ZstdEncoder;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** The encoder of Zstandard's own library. */
public final class LibZstd implements ZstdEncoder {
  /**
   * A Debian root of 637 MB, file by file: 308 MB in 47 s; level 9 gives 306 MB in 85 s, and gzip
   * level 4 of the whole 307 MB in 62 s (one run on two busy cores).
   */
  private static final int LEVEL = 6;

  @Override
  public byte[] frame(byte[] content) {
    try (var context = new ZstdCompressCtx()) {
      context.setLevel(LEVEL);
      return context.compress(content);
    }
  }

  /** With worker threads always, because without them the octets are others. */
  @Override
  public OutputStream stream(OutputStream out) throws IOException {
    var stream = new ZstdOutputStreamNoFinalizer(new LeftOpen(out));
    stream.setLevel(LEVEL);
    stream.setWorkers(Runtime.getRuntime().availableProcessors());
    return stream;
  }

  private static final class LeftOpen extends FilterOutputStream {
    LeftOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] content, int from, int length) throws IOException {
      out.write(content, from, length);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }
}
