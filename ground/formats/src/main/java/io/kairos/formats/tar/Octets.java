package io.kairos.formats.tar;

import java.util.Arrays;
import java.util.HexFormat;

/** An immutable sequence of octets that is no text, such as the value of an extended attribute. */
public final class Octets {
  private final byte[] value;

  private Octets(byte[] value) {
    this.value = value;
  }

  public static Octets of(byte[] value) {
    return new Octets(value.clone());
  }

  /** A copy. */
  public byte[] toArray() {
    return value.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Octets octets && Arrays.equals(value, octets.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(value);
  }
}
