package io.kairos.kubernetes;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Who may do what from the beginning: the parts of the control plane, the nodes, and an
 * administrator. Bearer tokens rather than certificates, so that a proxy can pass them on.
 *
 * @param users by name, in the order of the file
 */
record AccessTokens(Map<String, User> users) {
  static final String ADMIN = "admin";
  static final String CONTROLLERS = "system:kube-controller-manager";
  static final String SCHEDULER = "system:kube-scheduler";
  static final String PROXY = "system:kube-proxy";

  record User(String token, String group) {}

  AccessTokens {
    users = new LinkedHashMap<>(users);
  }

  static AccessTokens drawn(List<String> nodes) {
    var random = new SecureRandom();
    Map<String, User> users = new LinkedHashMap<>();
    users.put(ADMIN, new User(token(random), "system:masters"));
    for (String part : List.of(CONTROLLERS, SCHEDULER, PROXY)) {
      users.put(part, new User(token(random), "system:authenticated"));
    }
    nodes.forEach(node -> users.put(node(node), new User(token(random), "system:nodes")));
    return new AccessTokens(users);
  }

  /** What the API server calls a kubelet. */
  static String node(String name) {
    return "system:node:" + name;
  }

  private static String token(SecureRandom random) {
    var octets = new byte[24];
    random.nextBytes(octets);
    return HexFormat.of().formatHex(octets);
  }

  String of(String user) {
    return users.get(user).token();
  }

  /** What {@code --token-auth-file} reads: token, name, identifier, groups. */
  String file() {
    return users.entrySet().stream()
        .map(
            e ->
                "%s,%s,%s,\"%s\"\n"
                    .formatted(e.getValue().token(), e.getKey(), e.getKey(), e.getValue().group()))
        .collect(Collectors.joining());
  }
}
