package io.kairos.images;

import io.kairos.base.Refused;
import io.kairos.formats.zstd.ZstdEncoder;
import java.io.IOException;
import java.io.OutputStream;

/** How layers are written. Reading recognises these by itself, and zstd. */
public enum LayerCompression {
  /** For layouts that stay on this machine: nothing to compress, nothing to decompress. */
  NONE(""),
  /** For layouts that travel; every reader of images knows it. */
  GZIP("+gzip"),
  /**
   * For images that nodes upgrade to: readers of zstd read it, and a node fetches of it only the
   * files that it has not yet. Needs a {@link ZstdEncoder}, which workshops have.
   */
  ZSTD_CHUNKED("+zstd");

  /** On a Debian root, 3 % smaller than level 1 for 18 % more time; 6 costs twice that for 1 %. */
  private static final int GZIP_LEVEL = 4;

  private final String suffix;

  LayerCompression(String suffix) {
    this.suffix = suffix;
  }

  String mediaType() {
    return MediaTypes.LAYER + suffix;
  }

  /** Closing the result ends the compressed data and closes the stream beneath. */
  OutputStream open(OutputStream out) throws IOException {
    return switch (this) {
      case NONE -> out;
      case GZIP -> new ParallelGzip(out, GZIP_LEVEL);
      case ZSTD_CHUNKED ->
          new ChunkedLayer(
              out,
              ZstdEncoder.installed()
                  .orElseThrow(
                      () ->
                          new Refused(
                              "this program cannot write layers in zstd",
                              "use the workshop, or write them in gzip")));
    };
  }
}
