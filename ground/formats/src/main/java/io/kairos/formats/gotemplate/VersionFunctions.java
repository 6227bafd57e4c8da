package io.kairos.formats.gotemplate;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** sprig's functions on versions, by the rules of Masterminds/semver. */
final class VersionFunctions implements FunctionSet {
  private static final String NUMBER =
      "(v?(?:[0-9]+|[xX*])(?:\\.(?:[0-9]+|[xX*])){0,2}[0-9A-Za-z.+-]*)";
  private static final Pattern RANGE =
      Pattern.compile("\\s*" + NUMBER + "\\s+-\\s+" + NUMBER + "\\s*");
  private static final Pattern CONSTRAINT =
      Pattern.compile("\\s*(=|!=|>|<|>=|=>|<=|=<|~|~>|\\^)?\\s*" + NUMBER + "\\s*,?");

  @Override
  public Set<String> names() {
    return Set.of("semver", "semverCompare");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "semver" -> version(name, a.expect(1).text(0));
      case "semverCompare" -> isWithin(a.expect(2).text(0), version(name, a.text(1)));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Version version(String function, String text) {
    return Version.parse(text)
        .orElseThrow(
            () -> Failure.execute("error calling " + function + ": Invalid Semantic Version"));
  }

  private static boolean isWithin(String constraints, Version version) {
    boolean within = false;
    for (String all : constraints.split("\\|\\|", -1)) { // each is checked, also behind a match
      within |= meetsAll(all, version);
    }
    return within;
  }

  private static boolean meetsAll(String constraints, Version version) {
    Matcher range = RANGE.matcher(constraints);
    if (range.matches()) {
      return meets(">=", range.group(1), version) && meets("<=", range.group(2), version);
    }
    Matcher each = CONSTRAINT.matcher(constraints);
    boolean meets = true;
    int at = 0;
    while (at < constraints.length() && each.find(at) && each.start() == at) {
      String operator = each.group(1) == null ? "" : each.group(1);
      meets &= meets(operator, each.group(2), version);
      at = each.end();
    }
    if (at == 0 || at < constraints.length()) {
      throw Failure.execute(
          "error calling semverCompare: improper constraint: " + constraints.strip());
    }
    return meets;
  }

  private static boolean meets(String operator, String text, Version version) {
    String[] parts = text.split("[-+]", 2)[0].split("\\.");
    int given = 0; // how many parts are numbers
    while (given < parts.length && !parts[given].matches("v?[xX*]")) {
      given++;
    }
    String rest = text.substring(String.join(".", parts).length());
    var full = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      full.append(i > 0 ? "." : "").append(i < given ? parts[i] : "0");
    }
    Version bound = version("semverCompare", full + rest);
    if (!version.prerelease().isEmpty() && bound.prerelease().isEmpty()) {
      return operator.equals("!=");
    }
    int order = version.compareTo(bound);
    return switch (operator) {
      case ">" -> given == 3 ? order > 0 : !isSame(version, bound, given) && order > 0;
      case ">=", "=>" -> order >= 0;
      case "<" -> order < 0;
      case "<=", "=<" -> order <= 0 || isSame(version, bound, given);
      case "!=" -> given == 3 ? order != 0 : !isSame(version, bound, given);
      case "~", "~>" -> given == 0 || (order >= 0 && isSame(version, bound, Math.min(given, 2)));
      case "^" -> given == 0 || (order >= 0 && isCompatible(version, bound, given));
      default -> given == 3 ? order == 0 : isSame(version, bound, given);
    };
  }

  /** Whether the first parts are the same. */
  private static boolean isSame(Version a, Version b, int parts) {
    return (parts < 1 || a.major() == b.major())
        && (parts < 2 || a.minor() == b.minor())
        && (parts < 3 || a.patch() == b.patch());
  }

  /** Everything up to the first part that is not zero is the same. */
  private static boolean isCompatible(Version version, Version bound, int given) {
    if (bound.major() > 0 || given == 1) {
      return isSame(version, bound, 1);
    }
    if (bound.minor() > 0 || given == 2) {
      return isSame(version, bound, 2);
    }
    return isSame(version, bound, 3);
  }
}
