package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.config.SystemFacts;
import io.kairos.formats.cmdline.KernelCommandLine;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.host.Host;
import io.kairos.stages.StepContext;
import io.kairos.stages.action.HostFiles;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * MAAS: a document says where the metadata is and how to sign for it (OAuth 1.0, PLAINTEXT; RFC
 * 5849). The document lies in a file of a deployed machine, or behind {@code cloud-config-url=} of
 * the kernel command line.
 */
final class MaasPlatform implements Datasource {
  private static final List<String> FILES =
      List.of("/oem/maas/datasource.yaml", "/run/config/maas_datasource.yaml");
  private static final String VERSION = "2012-03-01";

  private final MetadataClient client;

  MaasPlatform(MetadataClient client) {
    this.client = client;
  }

  /** Where the metadata is, and who asks. */
  private record Access(
      String url, String consumerKey, String consumerSecret, String tokenKey, String tokenSecret) {
    static Optional<Access> read(String text, String source) {
      if (!(Yaml.parse(text, source) instanceof YamlMap root)) {
        return Optional.empty();
      }
      return root.map("datasource")
          .flatMap(datasource -> datasource.map("MAAS"))
          .filter(maas -> maas.text("metadata_url").isPresent())
          .map(
              maas ->
                  new Access(
                      maas.text("metadata_url").orElse(""),
                      maas.text("consumer_key").orElse(""),
                      maas.text("consumer_secret").orElse(""),
                      maas.text("token_key").orElse(""),
                      maas.text("token_secret").orElse("")));
    }

    Map<String, String> headers(long now) {
      return Map.of(
          "Authorization",
          "OAuth oauth_consumer_key=\""
              + encoded(consumerKey)
              + "\", oauth_token=\""
              + encoded(tokenKey)
              + "\", oauth_signature_method=\"PLAINTEXT\", oauth_signature=\""
              + encoded(consumerSecret)
              + "%26"
              + encoded(tokenSecret)
              + "\", oauth_nonce=\""
              + SystemFacts.random()
              + "\", oauth_timestamp=\""
              + now
              + "\", oauth_version=\"1.0\"");
    }

    /** RFC 3986: only unreserved characters stand for themselves. */
    private static String encoded(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8)
          .replace("+", "%20")
          .replace("*", "%2A")
          .replace("%7E", "~");
    }
  }

  @Override
  public String name() {
    return "maas";
  }

  @Override
  public Optional<UserData> fetch(StepContext context) {
    try {
      Optional<Access> access = access(context.host());
      if (access.isEmpty()) {
        return Optional.empty();
      }
      Optional<String> hostname = ask(access.get(), "meta-data/local-hostname", context);
      if (hostname.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new UserData(
              ask(access.get(), "user-data", context),
              hostname,
              ask(access.get(), "meta-data/public-keys", context).orElse("").lines().toList(),
              Map.of()));
    } catch (HostFailure | InvalidConfig e) {
      context.log().debug("maas: " + e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<String> ask(Access access, String what, StepContext context) {
    String base = access.url().replaceAll("/+$", "");
    return client.get(
        URI.create(base + "/" + VERSION + "/" + what),
        access.headers(context.host().clock().instant().getEpochSecond()));
  }

  private Optional<Access> access(Host host) {
    for (String file : FILES) {
      Optional<Access> access = HostFiles.read(host, file).flatMap(text -> Access.read(text, file));
      if (access.isPresent()) {
        return access;
      }
    }
    return KernelCommandLine.parse(HostFiles.read(host, "/proc/cmdline").orElse(""))
        .value("cloud-config-url")
        .filter(url -> !url.isEmpty() && !url.equals("/dev/null"))
        .flatMap(
            url -> client.get(URI.create(url), Map.of()).flatMap(text -> Access.read(text, url)));
  }
}
