package io.kairos.agent.webui.http;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One request, wholly read.
 *
 * @param method upper case
 * @param path decoded, without the query; begins with a slash
 * @param query decoded; of equal names the last one counts
 * @param headers by lower-case name; repeated ones are joined by commas
 * @param body as UTF-8
 * @param peer who asks
 */
public record HttpRequest(
    String method,
    String path,
    Map<String, String> query,
    Map<String, String> headers,
    String body,
    InetAddress peer) {

  public HttpRequest {
    query = Collections.unmodifiableMap(new LinkedHashMap<>(query));
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /** The value of a cookie (RFC 6265, 5.4). */
  public Optional<String> cookie(String name) {
    return Arrays.stream(header("cookie").orElse("").split(";"))
        .map(String::strip)
        .filter(pair -> pair.startsWith(name + "="))
        .map(pair -> pair.substring(name.length() + 1))
        .findFirst();
  }

  /** Without parameters, in lower case; empty when the request says none. */
  public String contentType() {
    return header("content-type").orElse("").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }
}
