package io.kairos.config;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.formats.gotemplate.GoTemplate;
import io.kairos.host.Host;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The address of a config, which may be a template over the machine's facts. */
public final class ConfigUrl {
  private static final String APPLICATION = "kairos-config-url";

  private final Supplier<Map<String, Object>> facts;

  public ConfigUrl(Host host) {
    this(() -> new SystemFacts(host).values(APPLICATION));
  }

  /**
   * @param facts asked only for addresses with braces
   */
  public ConfigUrl(Supplier<Map<String, Object>> facts) {
    this.facts = facts;
  }

  /**
   * Renders the address; texts of the machine are escaped for a query. An address without braces is
   * itself.
   *
   * @throws InvalidConfig when the template is malformed or names a fact that is not there
   */
  public String render(String address) {
    if (!address.contains("{{") && !address.contains("}}")) {
      return address;
    }
    try {
      return GoTemplate.parse(address)
          .render(Map.of("Values", escaped(facts.get())), GoTemplate.MissingKey.ERROR);
    } catch (InvalidConfig e) {
      throw new InvalidConfig(Problem.of("rendering config_url: " + e.getMessage()));
    }
  }

  private static Object escaped(Object value) {
    return switch (value) {
      case String text -> URLEncoder.encode(text, StandardCharsets.UTF_8);
      case Map<?, ?> map -> {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, item) -> copy.put((String) key, escaped(item)));
        yield copy;
      }
      case List<?> list -> list.stream().map(ConfigUrl::escaped).toList();
      case Supplier<?> lazy -> (Supplier<Object>) () -> escaped(lazy.get());
      case null, default -> value;
    };
  }
}
