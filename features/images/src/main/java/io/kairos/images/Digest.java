package io.kairos.images;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Name of content by its hash (OCI image-spec, descriptor.md).
 *
 * @param algorithm {@code sha256} or {@code sha512}
 * @param hex lower case
 */
public record Digest(String algorithm, String hex) {
  private static final Map<String, Integer> HEX_LENGTH = Map.of("sha256", 64, "sha512", 128);
  private static final Pattern HEX = Pattern.compile("[0-9a-f]+");

  public Digest {
    if (!isValid(algorithm, hex)) {
      throw new IllegalArgumentException("no digest: " + algorithm + ":" + hex);
    }
  }

  /** Nothing when the text is no digest, or one that we do not check. */
  public static Optional<Digest> parse(String text) {
    int colon = text.indexOf(':');
    return colon > 0 && isValid(text.substring(0, colon), text.substring(colon + 1))
        ? Optional.of(new Digest(text.substring(0, colon), text.substring(colon + 1)))
        : Optional.empty();
  }

  public static Digest sha256(byte[] content) {
    return ofHash("sha256", newHash("sha256").digest(content));
  }

  /** Of a file's content. */
  public static Digest sha256(Path file) {
    MessageDigest hash = newHash("sha256");
    try (var in = new DigestInputStream(Files.newInputStream(file), hash)) {
      var _ = in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
    return ofHash("sha256", hash.digest());
  }

  static Digest ofHash(String algorithm, byte[] hash) {
    return new Digest(algorithm, HexFormat.of().formatHex(hash));
  }

  private static boolean isValid(String algorithm, String hex) {
    return HEX.matcher(hex).matches() && HEX_LENGTH.getOrDefault(algorithm, -1) == hex.length();
  }

  MessageDigest newHash() {
    return newHash(algorithm);
  }

  static MessageDigest newHash(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm.equals("sha256") ? "SHA-256" : "SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-2", e);
    }
  }

  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }
}
