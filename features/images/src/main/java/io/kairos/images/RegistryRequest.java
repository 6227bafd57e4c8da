package io.kairos.images;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What is asked of a registry.
 *
 * @param path below the repository, for example {@code manifests/latest}, or a whole address
 * @param accepted media types
 * @param headers besides
 * @param expected answers that are no failure
 * @param body made anew for each attempt
 */
record RegistryRequest(
    String method,
    String path,
    List<String> accepted,
    Map<String, String> headers,
    Set<Integer> expected,
    Supplier<BodyPublisher> body) {
  static RegistryRequest get(String path) {
    return new RegistryRequest(
        "GET", path, List.of(), Map.of(), Set.of(200), BodyPublishers::noBody);
  }

  static RegistryRequest of(String method, String path, Integer... expected) {
    return new RegistryRequest(
        method, path, List.of(), Map.of(), Set.of(expected), BodyPublishers::noBody);
  }

  RegistryRequest accepting(List<String> types) {
    return new RegistryRequest(method, path, types, headers, expected, body);
  }

  RegistryRequest expecting(Integer... statuses) {
    return new RegistryRequest(method, path, accepted, headers, Set.of(statuses), body);
  }

  RegistryRequest header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new RegistryRequest(method, path, accepted, more, expected, body);
  }

  RegistryRequest sending(Supplier<BodyPublisher> content) {
    return new RegistryRequest(method, path, accepted, headers, expected, content);
  }

  /** Parts of a blob; the answer may still be the whole of it. */
  RegistryRequest range(String ranges) {
    return header("Range", "bytes=" + ranges);
  }
}
