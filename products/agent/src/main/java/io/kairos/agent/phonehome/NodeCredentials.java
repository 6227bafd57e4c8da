package io.kairos.agent.phonehome;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Secret;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.host.Host;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a server has given this node when it registered; kept where an upgrade leaves it alone.
 *
 * @param node the server's name of it
 */
record NodeCredentials(String node, Secret apiKey) {
  static final String FILE = "/usr/local/.kairos/phonehome-credentials.yaml";

  /** Empty when there are none, or not all. */
  static Optional<NodeCredentials> read(Host host) {
    Path file = host.resolved(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Yaml.parse(Files.readString(file), FILE) instanceof YamlMap map
          ? text(map, "node_id").flatMap(node -> text(map, "api_key").map(key -> of(node, key)))
          : Optional.empty();
    } catch (InvalidConfig cut) {
      return Optional.empty(); // the server gives new ones
    } catch (IOException e) {
      throw new HostFailure("cannot read " + FILE, e);
    }
  }

  private static Optional<String> text(YamlMap map, String key) {
    return map.text(key).filter(text -> !text.isBlank());
  }

  static NodeCredentials of(String node, String apiKey) {
    return new NodeCredentials(node, Secret.of(apiKey));
  }

  /** The key, for an address or a header that goes to the server alone. */
  String key() {
    return new String(apiKey.reveal(), StandardCharsets.UTF_8);
  }

  void keep(Host host) {
    Path file = host.resolved(FILE);
    try {
      Path folder = Files.createDirectories(file.getParent());
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new HostFailure("cannot make " + file.getParent(), e);
    }
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("node_id", node);
    tree.put("api_key", key());
    new DurableFile(host.kernel()).write(file, Yaml.emit(YamlNode.of(tree)), "rw-------");
  }

  /**
   * @return whether there were any
   */
  static boolean forget(Host host) {
    Path file = host.resolved(FILE);
    boolean were = Files.exists(file);
    new DurableFile(host.kernel()).delete(file);
    return were;
  }
}
