package io.kairos.stages;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Content that somebody packed with gzip (RFC 1952), and how much of it is believed. */
public final class Gzipped {
  /** A thousandth of it may be enough to ask for that much. */
  private static final int LARGEST = 64 << 20;

  private Gzipped() {}

  /**
   * @throws IOException when it is not gzip, or unpacks to more than 64 MiB
   */
  public static byte[] unpacked(byte[] zipped) throws IOException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
      byte[] content = in.readNBytes(LARGEST + 1);
      if (content.length > LARGEST) {
        throw new IOException("it unpacks to more than " + (LARGEST >> 20) + " MiB");
      }
      return content;
    }
  }
}
