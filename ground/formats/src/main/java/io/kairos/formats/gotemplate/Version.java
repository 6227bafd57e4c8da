package io.kairos.formats.gotemplate;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A semantic version (semver.org 2.0.0), where minor and patch may be missing.
 *
 * @param original as it was written
 */
record Version(
    long major, long minor, long patch, String prerelease, String metadata, String original)
    implements Comparable<Version> {
  private static final Pattern SHAPE =
      Pattern.compile(
          "v?([0-9]{1,18})(?:\\.([0-9]{1,18}))?(?:\\.([0-9]{1,18}))?"
              + "(?:-([0-9A-Za-z.-]+))?(?:\\+([0-9A-Za-z.-]+))?");

  /** A method that a template calls. */
  @FunctionalInterface
  interface Method {
    Object call(List<Object> arguments);
  }

  static Optional<Version> parse(String text) {
    Matcher shape = SHAPE.matcher(text);
    return shape.matches()
        ? Optional.of(
            new Version(
                number(shape.group(1)),
                number(shape.group(2)),
                number(shape.group(3)),
                shape.group(4) == null ? "" : shape.group(4),
                shape.group(5) == null ? "" : shape.group(5),
                text))
        : Optional.empty();
  }

  private static long number(String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  Object field(String name) {
    return switch (name) {
      case "Major" -> major;
      case "Minor" -> minor;
      case "Patch" -> patch;
      case "Prerelease" -> prerelease;
      case "Metadata" -> metadata;
      case "Original" -> original;
      case "String" -> toString();
      case "Compare" ->
          (Method)
              arguments -> {
                if (arguments.size() == 1 && arguments.getFirst() instanceof Version other) {
                  return (long) compareTo(other);
                }
                throw Failure.execute("error calling Compare: it wants one version");
              };
      default -> throw Failure.execute("can't evaluate field " + name + " in type *semver.Version");
    };
  }

  @Override
  public int compareTo(Version other) {
    int order = Long.compare(major, other.major);
    order = order != 0 ? order : Long.compare(minor, other.minor);
    order = order != 0 ? order : Long.compare(patch, other.patch);
    return order != 0 ? order : comparePrereleases(prerelease, other.prerelease);
  }

  private static int comparePrereleases(String a, String b) {
    if (a.isEmpty() || b.isEmpty()) {
      return Boolean.compare(a.isEmpty(), b.isEmpty());
    }
    String[] left = a.split("\\.");
    String[] right = b.split("\\.");
    for (int i = 0; i < Math.min(left.length, right.length); i++) {
      boolean leftIsNumber = left[i].matches("[0-9]{1,18}");
      boolean rightIsNumber = right[i].matches("[0-9]{1,18}");
      int order =
          leftIsNumber && rightIsNumber
              ? Long.compare(Long.parseLong(left[i]), Long.parseLong(right[i]))
              : leftIsNumber != rightIsNumber
                  ? Boolean.compare(rightIsNumber, leftIsNumber)
                  : Integer.signum(left[i].compareTo(right[i]));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.length, right.length);
  }

  @Override
  public String toString() {
    return major
        + "."
        + minor
        + "."
        + patch
        + (prerelease.isEmpty() ? "" : "-" + prerelease)
        + (metadata.isEmpty() ? "" : "+" + metadata);
  }
}
