package io.kairos.base;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** UUIDs that follow from a name: the same on every node (RFC 9562, version 5, URL name space). */
public final class NameUuid {
  private static final UUID URL_NAMESPACE = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

  private NameUuid() {}

  public static UUID of(String name) {
    byte[] digest = sha1(name);
    digest[6] = (byte) ((digest[6] & 0x0F) | 0x50);
    digest[8] = (byte) ((digest[8] & 0x3F) | 0x80);
    ByteBuffer bytes = ByteBuffer.wrap(digest);
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  private static byte[] sha1(String name) {
    try {
      var sha1 = MessageDigest.getInstance("SHA-1");
      sha1.update(
          ByteBuffer.allocate(16)
              .putLong(URL_NAMESPACE.getMostSignificantBits())
              .putLong(URL_NAMESPACE.getLeastSignificantBits())
              .flip());
      return sha1.digest(name.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
