package io.kairos.formats.gotemplate;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.UUID;

/** sprig's functions whose results nobody can foresee. */
final class RandomFunctions implements FunctionSet {
  private static final int LONGEST = 1 << 20;
  private static final String DIGITS = "0123456789";
  private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  @Override
  public Set<String> names() {
    return Set.of(
        "randAlphaNum",
        "randAlpha",
        "randNumeric",
        "randAscii",
        "randBytes",
        "randInt",
        "uuidv4",
        "shuffle");
  }

  @Override
  public Object call(String name, Arguments a) {
    var random = new SecureRandom();
    return switch (name) {
      case "randAlphaNum" -> drawn(random, length(a), LETTERS + DIGITS);
      case "randAlpha" -> drawn(random, length(a), LETTERS);
      case "randNumeric" -> drawn(random, length(a), DIGITS);
      case "randAscii" -> {
        var text = new StringBuilder();
        for (int i = length(a); i > 0; i--) {
          text.append((char) (' ' + random.nextInt(95)));
        }
        yield text.toString();
      }
      case "randBytes" -> {
        byte[] bytes = new byte[length(a)];
        random.nextBytes(bytes);
        yield Base64.getEncoder().encodeToString(bytes);
      }
      case "randInt" -> {
        long least = a.expect(2).integer(0);
        if (a.integer(1) <= least) {
          throw Failure.execute("error calling randInt: the range is empty");
        }
        yield random.nextLong(least, a.integer(1));
      }
      case "uuidv4" -> UUID.randomUUID().toString();
      case "shuffle" -> {
        int[] letters = a.expect(1).text(0).codePoints().toArray();
        for (int i = letters.length - 1; i > 0; i--) {
          int j = random.nextInt(i + 1);
          int kept = letters[i];
          letters[i] = letters[j];
          letters[j] = kept;
        }
        yield new String(letters, 0, letters.length);
      }
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static int length(Arguments a) {
    return (int) Math.clamp(a.expect(1).integer(0), 0L, LONGEST);
  }

  private static String drawn(SecureRandom random, int length, String alphabet) {
    var text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
