package io.kairos.agent.webui;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Locale;

/**
 * What shows that somebody sees this machine's console: 12 signs (59 bits) that are new at every
 * start, {@code k7mq-2xv9-pf4t}. People type it, so case, dashes and blanks do not matter, and no
 * sign looks like another one.
 */
final class AccessToken {
  private static final String ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
  private static final int LENGTH = 12;
  private static final int GROUP = 4;

  private final String signs;

  private AccessToken(String signs) {
    this.signs = signs;
  }

  static AccessToken draw(SecureRandom random) {
    var signs = new StringBuilder();
    random.ints(LENGTH, 0, ALPHABET.length()).forEach(i -> signs.append(ALPHABET.charAt(i)));
    return new AccessToken(signs.toString());
  }

  /** In time that does not depend on how much of it is right. */
  boolean matches(String presented) {
    String plain = presented.replaceAll("[\\s-]", "").toLowerCase(Locale.ROOT);
    return MessageDigest.isEqual(
        plain.getBytes(StandardCharsets.UTF_8), signs.getBytes(StandardCharsets.UTF_8));
  }

  /** For the console. */
  String shown() {
    return signs.replaceAll("(.{" + GROUP + "})(?!$)", "$1-");
  }

  @Override
  public String toString() {
    return "********";
  }
}
