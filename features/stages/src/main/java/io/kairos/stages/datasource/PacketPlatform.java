package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.stages.StepContext;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Packet, later Equinix Metal: metadata as JSON; a script for iPXE is no user data. */
final class PacketPlatform implements Datasource {
  private static final URI METADATA = URI.create("https://metadata.platformequinix.com/metadata");
  private static final URI USER_DATA = URI.create("https://metadata.platformequinix.com/userdata");

  private final MetadataClient client;

  PacketPlatform(MetadataClient client) {
    this.client = client;
  }

  @Override
  public String name() {
    return "packet";
  }

  @Override
  public Optional<UserData> fetch(StepContext context) {
    try {
      Optional<String> document = client.get(METADATA, Map.of());
      if (document.isEmpty()) {
        return Optional.empty();
      }
      if (!(Json.parse(METADATA.toString(), document.get()) instanceof Map<?, ?> metadata)) {
        throw new HostFailure("the metadata of packet is no JSON object");
      }
      List<String> keys =
          metadata.get("ssh_keys") instanceof List<?> list
              ? list.stream().map(String::valueOf).toList()
              : List.of();
      return Optional.of(
          new UserData(
              client.get(USER_DATA, Map.of()).filter(text -> !text.startsWith("#!ipxe")),
              Optional.ofNullable(metadata.get("hostname")).map(String::valueOf),
              keys,
              Map.of()));
    } catch (HostFailure notHere) {
      context.log().debug("packet: " + notHere.getMessage());
      return Optional.empty();
    }
  }
}
