package io.kairos.stages.git;

import io.kairos.base.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a repository. A login inside an HTTP address is taken out of it, because addresses
 * stand on command lines, in logs and in the checkout's configuration.
 *
 * @param plain without a login over HTTP
 * @param user from inside the address; empty when there was none
 * @param password from inside the address
 */
record GitAddress(String plain, String user, Optional<Secret> password) {
  private static final Pattern HTTP =
      Pattern.compile("(https?://)(?:([^/@:]*)(?::([^/@]*))?@)?([^/]*)(.*)");

  static GitAddress parse(String text) {
    Matcher http = HTTP.matcher(text.strip());
    if (!http.matches()) {
      return new GitAddress(text.strip(), "", Optional.empty());
    }
    return new GitAddress(
        http.group(1) + http.group(4) + http.group(5),
        http.group(2) == null ? "" : decoded(http.group(2)),
        Optional.ofNullable(http.group(3)).map(word -> Secret.of(decoded(word))));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  boolean isHttp() {
    return HTTP.matcher(plain).matches();
  }

  /** Scheme and host, which a login belongs to. */
  String server() {
    Matcher http = HTTP.matcher(plain);
    return http.matches() ? http.group(1) + http.group(4) : plain;
  }

  /** Whether an ssh address says as whom to log in. */
  boolean hasUser() {
    return plain.matches("(ssh://)?[^/@]+@.*");
  }

  String shown() {
    return plain;
  }
}
