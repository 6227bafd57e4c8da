package io.kairos.base;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Octets that never show in a log; wiped on close. */
public final class Secret implements AutoCloseable {
  private final byte[] value;

  private Secret(byte[] value) {
    this.value = value;
  }

  public static Secret of(String text) {
    return new Secret(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A copy that the caller owns and wipes. */
  public byte[] reveal() {
    return value.clone();
  }

  @Override
  public void close() {
    Arrays.fill(value, (byte) 0);
  }

  @Override
  public String toString() {
    return "********";
  }
}
