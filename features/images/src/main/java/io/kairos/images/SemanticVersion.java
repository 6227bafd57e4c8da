package io.kairos.images;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version that can be compared (semver.org 2.0.0), with a {@code v} before it; {@code v1} and
 * {@code v1.2} are short for {@code v1.0.0} and {@code v1.2.0}. Build metadata makes no difference.
 * Its natural order is not consistent with equals, which sees build metadata.
 *
 * @param text as written
 * @param numbers major, minor, patch, as digits of any length
 * @param preRelease identifiers; empty for a release
 */
record SemanticVersion(String text, List<String> numbers, List<String> preRelease)
    implements Comparable<SemanticVersion> {
  private static final String NUMBER = "(0|[1-9]\\d*)";
  private static final String NAMES = "([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)";
  private static final Pattern WHOLE =
      Pattern.compile(
          "v"
              + NUMBER
              + "\\."
              + NUMBER
              + "\\."
              + NUMBER
              + "(?:-"
              + NAMES
              + ")?(?:\\+"
              + NAMES
              + ")?");
  private static final Pattern SHORT = Pattern.compile("v" + NUMBER + "(?:\\." + NUMBER + ")?");

  static Optional<SemanticVersion> parse(String text) {
    Matcher brief = SHORT.matcher(text);
    if (brief.matches()) {
      String minor = brief.group(2) == null ? "0" : brief.group(2);
      return Optional.of(new SemanticVersion(text, List.of(brief.group(1), minor, "0"), List.of()));
    }
    Matcher whole = WHOLE.matcher(text);
    if (!whole.matches()) {
      return Optional.empty();
    }
    List<String> preRelease =
        whole.group(4) == null ? List.of() : List.of(whole.group(4).split("\\."));
    if (preRelease.stream().anyMatch(name -> name.matches("0\\d+"))) {
      return Optional.empty();
    }
    return Optional.of(
        new SemanticVersion(
            text, List.of(whole.group(1), whole.group(2), whole.group(3)), preRelease));
  }

  /** What is no version is lower than every version, and equal to its like. */
  static int compare(String one, String other) {
    Optional<SemanticVersion> a = parse(one);
    Optional<SemanticVersion> b = parse(other);
    return a.isPresent() && b.isPresent()
        ? a.get().compareTo(b.get())
        : Boolean.compare(a.isPresent(), b.isPresent());
  }

  boolean isPreRelease() {
    return !preRelease.isEmpty();
  }

  @Override
  public int compareTo(SemanticVersion other) {
    for (int i = 0; i < numbers.size(); i++) {
      int order = compareNumbers(numbers.get(i), other.numbers.get(i));
      if (order != 0) {
        return order;
      }
    }
    if (preRelease.isEmpty() || other.preRelease.isEmpty()) {
      return Boolean.compare(preRelease.isEmpty(), other.preRelease.isEmpty());
    }
    for (int i = 0; i < Math.min(preRelease.size(), other.preRelease.size()); i++) {
      int order = compareNames(preRelease.get(i), other.preRelease.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(preRelease.size(), other.preRelease.size());
  }

  /** Without leading zeros, the longer one is larger. */
  private static int compareNumbers(String one, String other) {
    return one.length() == other.length()
        ? one.compareTo(other)
        : Integer.compare(one.length(), other.length());
  }

  /** Numbers by value and before words. */
  private static int compareNames(String one, String other) {
    boolean isNumber = one.matches("\\d+");
    boolean isOtherNumber = other.matches("\\d+");
    if (isNumber && isOtherNumber) {
      return compareNumbers(one, other);
    }
    return isNumber == isOtherNumber ? one.compareTo(other) : isNumber ? -1 : 1;
  }
}
