package io.kairos.convert;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * For which images an entry of a descriptor counts.
 *
 * @param text {@code *} for all, a processor such as {@code amd64}, or a constraint on the release
 *     such as {@code >=13}; {@code ,} means and, {@code ||} means or
 */
record Applicability(String text) {
  private static final Pattern CONSTRAINT =
      Pattern.compile("(=|!=|>=|<=|>|<)?\\s*(\\d+(?:\\.\\d+)*)");
  private static final List<String> PROCESSORS = List.of("amd64", "arm64", "riscv64");

  Applicability {
    if (!text.equals("*") && !PROCESSORS.contains(text)) {
      for (String term : text.split("\\|\\||,")) {
        if (!CONSTRAINT.matcher(term.strip()).matches()) {
          throw new IllegalArgumentException("neither a processor nor a constraint: " + text);
        }
      }
    }
  }

  boolean includes(String architecture, String release) {
    if (text.equals("*") || text.equals(architecture)) {
      return true;
    }
    if (PROCESSORS.contains(text)) {
      return false;
    }
    for (String alternative : text.split("\\|\\|")) {
      if (List.of(alternative.split(",")).stream().allMatch(term -> holds(term.strip(), release))) {
        return true;
      }
    }
    return false;
  }

  private static boolean holds(String term, String release) {
    Matcher matcher = CONSTRAINT.matcher(term);
    if (!matcher.matches()) {
      return false;
    }
    int order = VersionOrder.INSTANCE.compare(release, matcher.group(2));
    return switch (matcher.group(1) == null ? "=" : matcher.group(1)) {
      case "=" -> order == 0;
      case "!=" -> order != 0;
      case ">" -> order > 0;
      case "<" -> order < 0;
      case ">=" -> order >= 0;
      default -> order <= 0;
    };
  }
}
