package io.kairos.convert;

import io.kairos.base.Refused;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of an image: a semantic version whose leading {@code v} may be left out, as may minor
 * and patch.
 *
 * @param text normalised, with the {@code v}: {@code v1.2.0-rc1+build}
 */
public record ImageVersion(String text) {
  private static final Pattern SYNTAX =
      Pattern.compile(
          "v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?"
              + "(-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?");

  public static ImageVersion parse(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (!matcher.matches()) {
      throw new Refused(
          "'" + text + "' is no semantic version", "write it like 1.2.3 or v1.2.3-rc1");
    }
    return new ImageVersion(
        "v%s.%s.%s%s%s"
            .formatted(
                matcher.group(1),
                orElse(matcher.group(2), "0"),
                orElse(matcher.group(3), "0"),
                orElse(matcher.group(4), ""),
                orElse(matcher.group(5), "")));
  }

  private static String orElse(String part, String otherwise) {
    return part == null ? otherwise : part;
  }

  @Override
  public String toString() {
    return text;
  }
}
