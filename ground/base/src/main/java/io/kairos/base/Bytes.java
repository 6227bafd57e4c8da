package io.kairos.base;

import java.util.Locale;

/**
 * An amount of storage, never negative.
 *
 * @param count number of octets
 */
public record Bytes(long count) implements Comparable<Bytes> {
  /** Nothing at all; in partition layouts it stands for "the rest of the disk". */
  public static final Bytes ZERO = new Bytes(0);

  private static final long MIB = 1L << 20;

  public Bytes {
    if (count < 0) {
      throw new IllegalArgumentException("negative amount of bytes: " + count);
    }
  }

  public static Bytes of(long count) {
    return new Bytes(count);
  }

  public static Bytes ofMib(long mib) {
    return new Bytes(Math.multiplyExact(mib, MIB));
  }

  public Bytes plus(Bytes other) {
    return new Bytes(Math.addExact(count, other.count));
  }

  public Bytes times(long factor) {
    return new Bytes(Math.multiplyExact(count, factor));
  }

  /** Whole mebibytes, rounded down. */
  public long toMib() {
    return count / MIB;
  }

  /** The next whole mebibyte, so that partitions and images stay aligned. */
  public Bytes roundedUpToMib() {
    return ofMib(Math.ceilDiv(count, MIB));
  }

  public boolean isZero() {
    return count == 0;
  }

  public boolean isLessThan(Bytes other) {
    return count < other.count;
  }

  @Override
  public int compareTo(Bytes other) {
    return Long.compare(count, other.count);
  }

  /** For people: {@code 512 B}, {@code 64.0 MiB}, {@code 2.5 GiB}. */
  @Override
  public String toString() {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = count;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? count + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }
}
