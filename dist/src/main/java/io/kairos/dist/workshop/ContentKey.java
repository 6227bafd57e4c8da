package io.kairos.dist.workshop;

import io.kairos.images.Digest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A digest of all that an artifact is made from: equal keys, equal artifacts. */
public final class ContentKey {
  private final MessageDigest digest = sha256();

  /** Starts a key with the kind of artifact. */
  public static ContentKey of(String kind) {
    return new ContentKey().and(kind);
  }

  private ContentKey() {}

  public ContentKey and(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
    return this;
  }

  public ContentKey and(Path file) {
    return and(Digest.sha256(file).toString());
  }

  /** Ends the key; short enough for a file name. */
  public String text() {
    return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
