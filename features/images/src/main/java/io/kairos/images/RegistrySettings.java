package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.base.Suggestion;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import io.kairos.host.Host;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a node knows of registries, in the format of K3s's {@code registries.yaml}, which clusters
 * have anyway:
 *
 * <pre>{@code
 * mirrors:
 *   docker.io:
 *     endpoint: ["https://mirror.example:5000"]
 *     rewrite: {"^library/(.*)": "hub/$1"}
 *   "*": {endpoint: ["https://cache.example"]}
 * configs:
 *   mirror.example:5000:
 *     auth: {username: me, password: secret}   # or auth: BASE64, or identity_token
 *     tls: {ca_file: /etc/ca.pem, insecure_skip_verify: false}
 * }</pre>
 *
 * @param mirrors by registry; {@code *} for all
 * @param hosts by host with optional port
 */
public record RegistrySettings(Map<String, Mirror> mirrors, Map<String, HostSettings> hosts) {
  /** Nothing is known. */
  public static final RegistrySettings NONE = new RegistrySettings(Map.of(), Map.of());

  private static final List<String> FILES =
      List.of("/etc/kairos/registries.yaml", "/etc/rancher/k3s/registries.yaml");

  /**
   * Other places of what a registry has, asked first.
   *
   * @param endpoints in this order
   * @param rewrites of repository names: patterns and replacements
   */
  public record Mirror(List<URI> endpoints, Map<String, String> rewrites) {
    public Mirror {
      endpoints = List.copyOf(endpoints);
      rewrites = Collections.unmodifiableMap(new LinkedHashMap<>(rewrites));
    }

    String repository(String name) {
      for (var rewrite : rewrites.entrySet()) {
        String other = name.replaceFirst(rewrite.getKey(), rewrite.getValue());
        if (!other.equals(name)) {
          return other;
        }
      }
      return name;
    }
  }

  /**
   * How one host is reached.
   *
   * @param authority PEM file of certificates that are trusted for it, besides the usual ones
   * @param skipsVerification whether any certificate will do
   */
  record HostSettings(
      Optional<RegistryLogin> login, Optional<String> authority, boolean skipsVerification) {
    static final HostSettings USUAL = new HostSettings(Optional.empty(), Optional.empty(), false);
  }

  public RegistrySettings {
    mirrors = Map.copyOf(mirrors);
    hosts = Map.copyOf(hosts);
  }

  /** Of the first of {@code /etc/kairos/registries.yaml} and K3s's own file that is there. */
  public static RegistrySettings of(Host host) {
    for (String name : FILES) {
      Path file = host.resolved(name);
      if (Files.isRegularFile(file)) {
        try {
          return parse(Files.readString(file), name);
        } catch (IOException e) {
          throw new HostFailure("cannot read " + file, e);
        }
      }
    }
    return NONE;
  }

  /**
   * @param source what messages call the text
   * @throws InvalidConfig with everything that cannot be understood
   */
  public static RegistrySettings parse(String text, String source) {
    YamlNode node = Yaml.parse(text, source);
    if (node.isNull()) {
      return NONE;
    }
    if (!(node instanceof YamlMap top)) {
      throw new InvalidConfig(
          Problem.at(node.position(), "registries are a map, but this is " + node.described()));
    }
    return new Reader().read(top);
  }

  Optional<Mirror> mirror(String registry) {
    return Optional.ofNullable(mirrors.get(registry))
        .or(() -> Optional.ofNullable(mirrors.get("*")));
  }

  HostSettings host(String authority) {
    HostSettings found = hosts.get(authority);
    return found == null ? hosts.getOrDefault("*", HostSettings.USUAL) : found;
  }

  /** Collects all problems before it fails. */
  private static final class Reader {
    private final List<Problem> problems = new ArrayList<>();

    RegistrySettings read(YamlMap top) {
      known(top, List.of("mirrors", "configs"));
      Map<String, Mirror> mirrors = new LinkedHashMap<>();
      for (var entry : maps(top, "mirrors").entrySet()) {
        mirrors.put(entry.getKey(), mirror(entry.getValue()));
      }
      Map<String, HostSettings> hosts = new LinkedHashMap<>();
      for (var entry : maps(top, "configs").entrySet()) {
        hosts.put(entry.getKey(), host(entry.getValue()));
      }
      if (!problems.isEmpty()) {
        throw new InvalidConfig(problems);
      }
      return new RegistrySettings(mirrors, hosts);
    }

    private Mirror mirror(YamlMap map) {
      known(map, List.of("endpoint", "rewrite"));
      List<URI> endpoints = new ArrayList<>();
      for (YamlNode item : map.list("endpoint")) {
        String text = item instanceof YamlScalar scalar ? scalar.asText() : "";
        String address = text.contains("://") ? text : "https://" + text;
        if (!address.matches("https?://[A-Za-z0-9.:\\[\\]-]+(/[^\\s?#]*)?")) {
          problem(
              item.position(), "no address of a registry: '" + text + "'", "write https://HOST");
        } else {
          endpoints.add(URI.create(address.replaceFirst("(/v2)?/*$", "")));
        }
      }
      Map<String, String> rewrites = new LinkedHashMap<>();
      map.map("rewrite")
          .ifPresent(
              all -> {
                for (String pattern : all.keys()) {
                  rewrites.put(pattern, all.text(pattern).orElse(""));
                }
              });
      return new Mirror(endpoints, rewrites);
    }

    private HostSettings host(YamlMap map) {
      known(map, List.of("auth", "tls"));
      Optional<YamlMap> tls = map.map("tls");
      tls.ifPresent(
          t -> known(t, List.of("ca_file", "cert_file", "key_file", "insecure_skip_verify")));
      for (String key : List.of("cert_file", "key_file")) {
        tls.flatMap(t -> t.get(key))
            .ifPresent(
                node ->
                    problem(
                        node.position(),
                        "certificates of clients are not supported: " + key,
                        "log in with auth instead"));
      }
      return new HostSettings(
          map.map("auth").flatMap(this::login),
          tls.flatMap(t -> t.text("ca_file")),
          tls.flatMap(t -> t.get("insecure_skip_verify"))
              .map(node -> node instanceof YamlScalar s && s.asFlag().orElse(false))
              .orElse(false));
    }

    private Optional<RegistryLogin> login(YamlMap auth) {
      known(auth, List.of("username", "password", "auth", "identity_token"));
      Optional<RegistryLogin> token =
          auth.text("identity_token").map(RegistryLogin.IdentityToken::of);
      return token
          .or(() -> auth.text("auth").map(RegistryLogin.Basic::ofEncoded))
          .or(
              () ->
                  auth.text("username")
                      .map(u -> RegistryLogin.Basic.of(u, auth.text("password").orElse(""))));
    }

    private Map<String, YamlMap> maps(YamlMap parent, String key) {
      Map<String, YamlMap> found = new LinkedHashMap<>();
      parent
          .map(key)
          .ifPresent(
              all -> {
                for (String name : all.keys()) {
                  found.put(name, all.map(name).orElse(YamlMap.empty(all.position())));
                }
              });
      return found;
    }

    private void known(YamlMap map, List<String> keys) {
      for (YamlMap.Entry entry : map.entries()) {
        if (!keys.contains(entry.key())) {
          problem(
              entry.keyPosition(),
              "unknown key " + entry.key(),
              Suggestion.didYouMean(entry.key(), keys).orElse("one of " + String.join(", ", keys)));
        }
      }
    }

    private void problem(Position where, String what, String remedy) {
      problems.add(Problem.at(where, what).withRemedy(remedy));
    }
  }
}
