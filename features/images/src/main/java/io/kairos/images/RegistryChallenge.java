package io.kairos.images;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a registry wants to be logged in to (RFC 9110, 11.6.1; distribution's token specification).
 *
 * @param scheme {@code bearer} or {@code basic}
 * @param parameters {@code realm}, {@code service}, {@code scope}
 */
record RegistryChallenge(String scheme, Map<String, String> parameters) {
  private static final Pattern PARAMETER =
      Pattern.compile("([A-Za-z_]+)=(?:\"([^\"]*)\"|([^\\s,\"]+))");

  static RegistryChallenge parse(String header) {
    int space = header.indexOf(' ');
    String scheme = (space < 0 ? header : header.substring(0, space)).toLowerCase(Locale.ROOT);
    Map<String, String> parameters = new TreeMap<>();
    Matcher matcher = PARAMETER.matcher(space < 0 ? "" : header.substring(space));
    while (matcher.find()) {
      parameters.put(
          matcher.group(1).toLowerCase(Locale.ROOT),
          Optional.ofNullable(matcher.group(2)).orElse(matcher.group(3)));
    }
    return new RegistryChallenge(scheme, parameters);
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name)).filter(text -> !text.isEmpty());
  }
}
