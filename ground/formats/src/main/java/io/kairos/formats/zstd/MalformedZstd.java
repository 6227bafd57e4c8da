package io.kairos.formats.zstd;

import java.io.IOException;

/** The octets are no Zstandard data, or use what we do not read. */
public final class MalformedZstd extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedZstd(String what) {
    super("broken zstd data: " + what);
  }
}
