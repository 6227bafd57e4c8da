package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlScalar;
import io.kairos.stages.StepContext;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Hetzner: all metadata in one YAML document, since the routes in AWS's manner are gone. */
final class HetznerPlatform implements Datasource {
  private static final URI METADATA = URI.create("http://169.254.169.254/hetzner/v1/metadata");
  private static final URI USER_DATA = URI.create("http://169.254.169.254/hetzner/v1/userdata");

  /** Names of files by names in the document. */
  private static final Map<String, String> FILES =
      Map.of(
          "public-ipv4", "public_ipv4",
          "local-ipv4", "local_ipv4",
          "instance-id", "instance_id",
          "region", "region",
          "availability-zone", "availability_zone");

  private final MetadataClient client;

  HetznerPlatform(MetadataClient client) {
    this.client = client;
  }

  @Override
  public String name() {
    return "hetzner";
  }

  @Override
  public Optional<UserData> fetch(StepContext context) {
    try {
      return client.get(METADATA, Map.of()).map(text -> userData(text, context));
    } catch (HostFailure notHere) {
      context.log().debug("hetzner: " + notHere.getMessage());
      return Optional.empty();
    }
  }

  private UserData userData(String document, StepContext context) {
    if (!(Yaml.parse(document, METADATA.toString()) instanceof YamlMap metadata)) {
      throw new HostFailure("the metadata of hetzner is no map");
    }
    Map<String, String> files = new LinkedHashMap<>();
    FILES.forEach((key, file) -> metadata.text(key).ifPresent(text -> files.put(file, text)));
    List<String> keys =
        metadata.list("public-keys").stream()
            .filter(YamlScalar.class::isInstance)
            .map(key -> ((YamlScalar) key).asText())
            .toList();
    return new UserData(text(context), metadata.text("hostname"), keys, files);
  }

  private Optional<String> text(StepContext context) {
    try {
      return client.get(USER_DATA, Map.of());
    } catch (HostFailure e) {
      context.log().debug("hetzner: " + e.getMessage());
      return Optional.empty();
    }
  }
}
