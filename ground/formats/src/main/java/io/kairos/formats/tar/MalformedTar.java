package io.kairos.formats.tar;

import java.io.IOException;

/** The octets are no tar archive, or only the beginning of one. */
public final class MalformedTar extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedTar(long offset, String what) {
    super(what + " (at octet " + offset + " of the archive)");
  }
}
