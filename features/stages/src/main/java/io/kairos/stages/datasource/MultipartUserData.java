package io.kairos.stages.datasource;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** User data of several parts (RFC 2046, 5.1): the first cloud-config in it is what counts. */
final class MultipartUserData {
  /** What VMware's tools always use, also where no header announces it. */
  private static final String USUAL = "MIMEBOUNDARY";

  private static final Pattern BOUNDARY =
      Pattern.compile(
          "(?is)\\A(?:[^\\n]+\\n)*?content-type:\\s*multipart/[^\\n]*?(?:\\n\\s+[^\\n]*?)?boundary=\"?([^\"\\s;]+)");

  private MultipartUserData() {}

  /** The cloud-config inside, or the text as it is. */
  static String unwrapped(String text) {
    return boundary(text).flatMap(boundary -> cloudConfig(text, boundary)).orElse(text);
  }

  private static Optional<String> boundary(String text) {
    Matcher header = BOUNDARY.matcher(text.replace("\r\n", "\n"));
    if (header.find()) {
      return Optional.of(header.group(1));
    }
    return text.contains("--" + USUAL) ? Optional.of(USUAL) : Optional.empty();
  }

  private static Optional<String> cloudConfig(String text, String boundary) {
    String[] parts = text.replace("\r\n", "\n").split("(?m)^--" + Pattern.quote(boundary));
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i].replaceFirst("\\A[ \\t]*\\n", "");
      int end = part.startsWith("\n") ? 0 : part.indexOf("\n\n");
      if (end < 0) {
        continue;
      }
      String headers = part.substring(0, end);
      if (value(headers, "content-type").equals("text/cloud-config")) {
        String body = part.substring(end + (end == 0 ? 1 : 2));
        return Optional.of(
            value(headers, "content-transfer-encoding").equals("base64")
                ? new String(Base64.getMimeDecoder().decode(body), StandardCharsets.UTF_8)
                : body);
      }
    }
    return Optional.empty();
  }

  /** Without parameters such as the charset. */
  private static String value(String headers, String name) {
    Matcher header = Pattern.compile("(?im)^" + name + ":\\s*([^;\\n]*)").matcher(headers);
    return header.find() ? header.group(1).strip() : "";
  }
}
