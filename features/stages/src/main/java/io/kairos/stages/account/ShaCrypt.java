package io.kairos.stages.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;

/** Passwords in the form {@code $6$SALT$HASH} ("Unix crypt using SHA-256 and SHA-512", Drepper). */
public final class ShaCrypt {
  private static final String ALPHABET =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int ROUNDS = 5000;
  private static final int SALT = 16;

  private ShaCrypt() {}

  /** With a new random salt. */
  public static String hash(String password) {
    var random = new SecureRandom();
    var salt = new StringBuilder();
    for (int i = 0; i < SALT; i++) {
      salt.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return hash(password, salt.toString());
  }

  /**
   * @param salt at most 16 characters of it count
   */
  static String hash(String password, String salt) {
    byte[] key = password.getBytes(StandardCharsets.UTF_8);
    String used = salt.substring(0, Math.min(SALT, salt.length()));
    byte[] seed = used.getBytes(StandardCharsets.UTF_8);
    var digest = sha512();

    digest.update(key);
    digest.update(seed);
    digest.update(key);
    byte[] alternate = digest.digest();

    digest.update(key);
    digest.update(seed);
    digest.update(repeated(alternate, key.length));
    for (int bits = key.length; bits > 0; bits >>= 1) {
      digest.update((bits & 1) == 1 ? alternate : key);
    }
    byte[] hash = digest.digest();

    for (int i = 0; i < key.length; i++) {
      digest.update(key);
    }
    byte[] keys = repeated(digest.digest(), key.length);
    for (int i = 0; i < 16 + (hash[0] & 0xFF); i++) {
      digest.update(seed);
    }
    byte[] seeds = repeated(digest.digest(), seed.length);

    for (int round = 0; round < ROUNDS; round++) {
      digest.update(round % 2 == 1 ? keys : hash);
      if (round % 3 != 0) {
        digest.update(seeds);
      }
      if (round % 7 != 0) {
        digest.update(keys);
      }
      digest.update(round % 2 == 1 ? hash : keys);
      hash = digest.digest();
    }
    Arrays.fill(key, (byte) 0);
    Arrays.fill(keys, (byte) 0);
    return "$6$" + used + "$" + encoded(hash);
  }

  private static byte[] repeated(byte[] block, int length) {
    byte[] result = new byte[length];
    for (int at = 0; at < length; at += block.length) {
      System.arraycopy(block, 0, result, at, Math.min(block.length, length - at));
    }
    return result;
  }

  /** Three bytes make four characters; their order rotates with each group. */
  private static String encoded(byte[] hash) {
    var out = new StringBuilder(86);
    int a = 0;
    int b = 21;
    int c = 42;
    for (int group = 0; group < 21; group++) {
      append(out, hash[a] & 0xFF, hash[b] & 0xFF, hash[c] & 0xFF, 4);
      int next = a;
      a = b + 1;
      b = c + 1;
      c = next + 1;
    }
    append(out, 0, 0, hash[63] & 0xFF, 2);
    return out.toString();
  }

  private static void append(StringBuilder out, int high, int middle, int low, int characters) {
    int bits = high << 16 | middle << 8 | low;
    for (int i = 0; i < characters; i++) {
      out.append(ALPHABET.charAt(bits & 0x3F));
      bits >>= 6;
    }
  }

  private static MessageDigest sha512() {
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
