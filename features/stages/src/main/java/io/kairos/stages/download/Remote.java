package io.kairos.stages.download;

import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file as its server describes it.
 *
 * @param size in octets
 * @param modified whole seconds
 * @param validator ETag or date that a part of the file belongs to; weak tags do not count
 * @param takesRanges whether it sends parts
 * @param fileName a name without directories (RFC 6266)
 */
record Remote(
    OptionalLong size,
    Optional<Instant> modified,
    Optional<String> validator,
    boolean takesRanges,
    Optional<String> fileName) {
  private static final Pattern EXTENDED =
      Pattern.compile("filename\\*\\s*=\\s*UTF-8'[^']*'([^;\\s]+)", Pattern.CASE_INSENSITIVE);
  private static final Pattern QUOTED =
      Pattern.compile("filename\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*)\"", Pattern.CASE_INSENSITIVE);
  private static final Pattern TOKEN =
      Pattern.compile("filename\\s*=\\s*([^;\\s\"]+)", Pattern.CASE_INSENSITIVE);

  static Remote of(HttpResponse<?> response) {
    var headers = response.headers();
    Optional<String> lastModified = headers.firstValue("Last-Modified");
    return new Remote(
        headers.firstValueAsLong("Content-Length"),
        lastModified.flatMap(Remote::date),
        headers.firstValue("ETag").filter(tag -> tag.startsWith("\"")).or(() -> lastModified),
        headers.firstValue("Accept-Ranges").filter("bytes"::equals).isPresent(),
        headers.firstValue("Content-Disposition").flatMap(Remote::name));
  }

  boolean canResume() {
    return takesRanges && size.isPresent() && validator.isPresent();
  }

  private static Optional<Instant> date(String text) {
    try {
      return Optional.of(
          ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> name(String disposition) {
    Matcher extended = EXTENDED.matcher(disposition);
    if (extended.find()) {
      try {
        return plainName(
            URLDecoder.decode(extended.group(1).replace("+", "%2B"), StandardCharsets.UTF_8));
      } catch (IllegalArgumentException malformed) {
        // the plain form may do
      }
    }
    Matcher quoted = QUOTED.matcher(disposition);
    if (quoted.find()) {
      return plainName(quoted.group(1).replaceAll("\\\\(.)", "$1"));
    }
    Matcher token = TOKEN.matcher(disposition);
    return token.find() ? plainName(token.group(1)) : Optional.empty();
  }

  /** The last part of a path, if it can name a file. A server does not choose the directory. */
  static Optional<String> plainName(String text) {
    String name = text.substring(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1);
    boolean isName =
        !name.isBlank() && !name.equals(".") && !name.equals("..") && name.indexOf('\0') < 0;
    return isName ? Optional.of(name) : Optional.empty();
  }
}
