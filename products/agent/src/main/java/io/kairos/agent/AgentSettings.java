package io.kairos.agent;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code /etc/kairos/agent.yaml}: how the agent meets people. It comes with the image and is no
 * cloud-config.
 *
 * @param document the whole file; empty when there is none
 */
public record AgentSettings(YamlMap document) {
  static final String FILE = "/etc/kairos/agent.yaml";

  private static final String USUAL_LISTEN_ADDRESS = ":8080";

  /** Texts that an image may bring, by their key below {@code branding}. */
  public enum Branding {
    INTERACTIVE_INSTALL("interactive-install"),
    INSTALL("install"),
    RESET("reset"),
    RECOVERY("recovery");

    private final String key;

    Branding(String key) {
      this.key = key;
    }

    private String file() {
      return "/etc/kairos/branding/" + key.replace('-', '_') + "_text";
    }
  }

  /**
   * @throws InvalidConfig when the file is no YAML map
   */
  public static AgentSettings read(Host host) {
    String text = text(host.resolved(FILE)).orElse("");
    YamlNode node = Yaml.parse(text, FILE);
    return switch (node) {
      case YamlMap map -> new AgentSettings(map);
      case YamlNode empty when empty.isNull() -> new AgentSettings(YamlMap.empty(node.position()));
      default ->
          throw new InvalidConfig(
              Problem.at(node.position(), "must be a map, not " + node.described()));
    };
  }

  /** Whether nobody is to be given time to read and to object. */
  public boolean isFast() {
    return flag(document, "fast");
  }

  public boolean isWebUiDisabled() {
    return document.map("webui").map(webui -> flag(webui, "disable")).orElse(false);
  }

  /** {@code HOST:PORT} as Go writes it; without a host it is every address of the machine. */
  public String webUiListenAddress() {
    return document
        .map("webui")
        .flatMap(webui -> webui.text("listen_address"))
        .filter(address -> !address.isBlank())
        .orElse(USUAL_LISTEN_ADDRESS);
  }

  /** The text of the settings, else that of the image's branding files. */
  public Optional<String> branding(Host host, Branding which) {
    return document
        .map("branding")
        .flatMap(branding -> branding.text(which.key))
        .or(() -> text(host.resolved(which.file())))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }

  private static boolean flag(YamlMap map, String key) {
    return map.get(key).filter(node -> !node.isNull()).map(AgentSettings::asFlag).orElse(false);
  }

  private static boolean asFlag(YamlNode node) {
    return Optional.of(node)
        .filter(YamlScalar.class::isInstance)
        .flatMap(scalar -> ((YamlScalar) scalar).asFlag())
        .orElseThrow(
            () ->
                new InvalidConfig(
                    Problem.at(
                        node.position(), "must be true or false, but is " + node.described())));
  }

  private static Optional<String> text(Path file) {
    try {
      return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }
}
