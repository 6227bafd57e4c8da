package io.kairos.images;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a blob (RFC 9110, 14.4).
 *
 * @param from first octet
 * @param to octet after the last one
 */
record ContentRange(long from, long to) {
  private static final Pattern FORM = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(?:\\d+|\\*)");

  static Optional<ContentRange> parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long from = Long.parseLong(matcher.group(1));
    long last = Long.parseLong(matcher.group(2));
    return last < from ? Optional.empty() : Optional.of(new ContentRange(from, last + 1));
  }

  long length() {
    return to - from;
  }

  /** As a request has it: the last octet included. */
  String asked() {
    return from + "-" + (to - 1);
  }
}
