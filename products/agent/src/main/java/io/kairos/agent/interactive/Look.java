package io.kairos.agent.interactive;

import io.kairos.agent.interactive.View.Tone;
import io.kairos.base.HostFailure;
import io.kairos.formats.dotenv.DotEnv;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Colours and signs, as the image and the terminal want them.
 *
 * @param styles what "select graphic rendition" (ECMA-48, 8.3.117) takes, by tone
 * @param page background of everything; empty for the terminal's own
 * @param rule the line below the title
 */
record Look(Map<Tone, String> styles, String page, String rule, String checkMark) {
  static final String FILE = "/etc/kairos/branding/interactive_install_colors";

  Look {
    styles = Map.copyOf(styles);
  }

  static Look read(Host host, Map<String, String> environment) {
    Path file = host.resolved(FILE);
    DotEnv brand;
    try {
      brand = DotEnv.parse(Files.isRegularFile(file) ? Files.readString(file) : "");
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
    return of(brand, environment);
  }

  static Look of(DotEnv brand, Map<String, String> environment) {
    String type = environment.getOrDefault("TERM", "");
    boolean isRich =
        type.contains("256color")
            || type.contains("direct")
            || environment.getOrDefault("COLORTERM", "").matches("truecolor|24bit");
    var styles = new EnumMap<Tone, String>(Tone.class);
    String text = foreground(brand, "KAIROS_TEXT", "", isRich);
    styles.put(Tone.PLAIN, text);
    styles.put(Tone.SOFT, isRich ? foreground(brand, "KAIROS_BORDER", "2", true) : text);
    styles.put(Tone.HEADING, joined("1", foreground(brand, "KAIROS_HIGHLIGHT", "36", isRich)));
    styles.put(Tone.MARKED, joined("7", foreground(brand, "KAIROS_HIGHLIGHT2", "", isRich)));
    styles.put(Tone.DANGER, "1;31");
    styles.put(Tone.GOOD, foreground(brand, "KAIROS_ACCENT", "32", isRich));
    return new Look(
        styles,
        isRich ? rgb(brand, "KAIROS_BG").map(c -> "48;2;" + c).orElse("") : "",
        rule(brand.get("BORDER_STYLE").orElse("normal"), isRich),
        isRich ? brand.get("CHECK_MARK").orElse("✓") : "*");
  }

  private static String rule(String style, boolean isRich) {
    return switch (style) {
      case "none", "hidden" -> " ";
      case "thick" -> isRich ? "━" : "=";
      case "double" -> isRich ? "═" : "=";
      default -> isRich ? "─" : "-";
    };
  }

  private static String joined(String one, String other) {
    return other.isEmpty() ? one : one + ";" + other;
  }

  /** With sixteen colours the image's are not tried: nobody knows how they would look. */
  private static String foreground(DotEnv brand, String key, String usual, boolean isRich) {
    return isRich ? rgb(brand, key).map(colour -> "38;2;" + colour).orElse(usual) : usual;
  }

  /** {@code #a1b2c3} as {@code 161;178;195}. */
  private static Optional<String> rgb(DotEnv brand, String key) {
    return brand
        .get(key)
        .filter(text -> text.matches("#[0-9a-fA-F]{6}"))
        .map(text -> Integer.parseInt(text.substring(1), 16))
        .map(value -> (value >> 16) + ";" + (value >> 8 & 0xff) + ";" + (value & 0xff));
  }
}
