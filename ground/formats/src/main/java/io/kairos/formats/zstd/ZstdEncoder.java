package io.kairos.formats.zstd;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Compresses to Zstandard (RFC 8878). Only workshops have one (module {@code zstd-encoder}): a node
 * reads and never writes. The same content gives the same octets on any number of cores. For
 * concurrent use.
 */
public interface ZstdEncoder {
  /** One frame that says how long its content is. */
  byte[] frame(byte[] content);

  /** One frame of what is written; closing ends it and leaves the stream beneath open. */
  OutputStream stream(OutputStream out) throws IOException;

  /** The one that is on the class path, if any. */
  static Optional<ZstdEncoder> installed() {
    return ServiceLoader.load(ZstdEncoder.class).findFirst();
  }
}
