package io.kairos.dist.runtime;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes a class archive the same each time it is written. Two that were written from the same
 * things differ in the times of soft references ({@code java.lang.ref.SoftReference.timestamp},
 * milliseconds of the monotonic clock) and in the checksums of their header, which the VM looks at
 * with {@code -XX:+VerifySharedSpaces} alone.
 */
final class ArchiveNoise {
  /** Where the header ends at the latest: the first region begins on a page. */
  private static final int HEADER = 4096;

  /** The one of the header, and one for each region that has times. */
  private static final int MOST_CHECKSUMS = 4;

  private ArchiveNoise() {}

  /**
   * Sets all of it to zero.
   *
   * @param again another archive of the same things
   * @param begin what {@link #clock} told before the first of them was written
   * @param end and after the last
   * @throws HostFailure when they differ in anything else
   */
  static void remove(Path archive, Path again, long begin, long end) throws IOException {
    byte[] octets = Files.readAllBytes(archive);
    ByteBuffer one = words(octets);
    ByteBuffer other = words(Files.readAllBytes(again));
    if (one.limit() != other.limit()) {
      throw differing(archive, again, "their sizes");
    }
    int checksums = 0;
    for (int at = 0; at < HEADER; at += Integer.BYTES) {
      if (one.getInt(at) != other.getInt(at)) {
        one.putInt(at, 0);
        checksums++;
      }
    }
    if (checksums > MOST_CHECKSUMS) {
      throw differing(archive, again, checksums + " places of their headers");
    }
    for (int at = HEADER; at + Long.BYTES <= one.limit(); at += Long.BYTES) {
      long value = one.getLong(at);
      if (value != other.getLong(at)) {
        if (!isBetween(value, begin, end) || !isBetween(other.getLong(at), begin, end)) {
          throw differing(archive, again, "what is no time, at " + at);
        }
        one.putLong(at, 0);
      }
    }
    Files.write(archive, octets);
  }

  /** Milliseconds, as the VM reads them (clock_gettime(2), CLOCK_MONOTONIC). */
  static long clock() {
    return System.nanoTime() / 1_000_000;
  }

  private static boolean isBetween(long value, long begin, long end) {
    return begin <= value && value <= end;
  }

  private static ByteBuffer words(byte[] octets) {
    return ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
  }

  private static HostFailure differing(Path archive, Path again, String where) {
    return new HostFailure(
        "two class archives of the same classes differ in %s: %s, %s"
            .formatted(where, archive, again));
  }
}
