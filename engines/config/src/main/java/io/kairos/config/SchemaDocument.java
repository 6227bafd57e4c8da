package io.kairos.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The JSON schema (draft 2020-12) of a cloud-config, for editors and other programs. Names of
 * definitions are those that such programs know from the original schema; what is declared beyond
 * it follows their pattern. Unknown keys pass, because providers have keys of their own.
 */
public final class SchemaDocument {
  /** Values of variables, options and the like, which people write without quotes. */
  private static final List<String> ANY_SCALAR = List.of("string", "number", "boolean", "null");

  private static final String DESCRIPTION =
      "What a Kairos node is: users, stages, installation, providers.";

  /** Sections that have a definition of their own, by their path. */
  private static final Map<String, String> DEFINITIONS =
      Map.ofEntries(
          Map.entry("bundles", "SchemaBundleSchema"),
          Map.entry("cluster", "SchemaClusterSchema"),
          Map.entry("grub_options", "SchemaGrubOptionsSchema"),
          Map.entry("install", "SchemaInstallSchema"),
          Map.entry("install.bundles", "SchemaBundleSchema"),
          Map.entry("install.extra-partitions", "SchemaExtraPartition"),
          Map.entry("install.grub_options", "SchemaGrubOptionsSchema"),
          Map.entry("install.partitions", "SchemaElementalPartitions"),
          Map.entry("install.partitions.efi", "SchemaPartition"),
          Map.entry("install.partitions.oem", "SchemaPartition"),
          Map.entry("install.partitions.persistent", "SchemaPartition"),
          Map.entry("install.partitions.recovery", "SchemaPartition"),
          Map.entry("install.partitions.state", "SchemaPartition"),
          Map.entry("install.passive", "SchemaImage"),
          Map.entry("install.recovery-system", "SchemaImage"),
          Map.entry("install.system", "SchemaImage"),
          Map.entry("k0s", "SchemaDistributionSchema"),
          Map.entry("k0s-worker", "SchemaDistributionSchema"),
          Map.entry("k3s", "SchemaK3sSchema"),
          Map.entry("k3s-agent", "SchemaK3sSchema"),
          Map.entry("kcrypt", "SchemaKcryptSchema"),
          Map.entry("kubevip", "SchemaKubeVipSchema"),
          Map.entry("logs", "SchemaLogsSchema"),
          Map.entry("p2p", "SchemaP2PSchema"),
          Map.entry("p2p.vpn", "SchemaVPN"),
          Map.entry("phonehome", "SchemaPhoneHomeSchema"),
          Map.entry("providers", "SchemaProvidersSchema"),
          Map.entry("reset", "SchemaResetSchema"),
          Map.entry("reset.passive", "SchemaImage"),
          Map.entry("reset.system", "SchemaImage"),
          Map.entry("stages", "SchemaStageSchema"),
          Map.entry("upgrade", "SchemaUpgradeSchema"),
          Map.entry("upgrade.recovery-system", "SchemaImage"),
          Map.entry("upgrade.system", "SchemaImage"),
          Map.entry("users", "SchemaUserSchema"));

  private final Map<String, Object> definitions = new TreeMap<>();

  private SchemaDocument() {}

  /**
   * @param version named in {@code $schema}; none leaves that key out
   * @param steps what a step of a stage may have
   * @param providers what those of this machine registered
   * @return a tree for {@code formats.json}, its keys in the order of upstream's document
   */
  public static Map<String, Object> of(
      Optional<String> version, List<Setting> steps, ProviderSchemas providers) {
    return new SchemaDocument().document(version, steps, providers);
  }

  private Map<String, Object> document(
      Optional<String> version, List<Setting> steps, ProviderSchemas providers) {
    List<Setting> settings = new ArrayList<>();
    for (Setting setting : Setting.declaredBy(AgentConfig::read)) {
      settings.add(
          setting.key().equals("stages")
              ? Setting.of(
                  "stages", Setting.Kind.SECTION_LISTS, setting.meaning(), List.of(), steps)
              : setting);
    }
    settings.addAll(Setting.declaredBy(ProviderConfig::read));
    Map<String, Object> properties = properties("", settings);
    addPowerVariants();
    addP2pVariants();
    providers.addTo(definitions, properties);

    Map<String, Object> document = new LinkedHashMap<>();
    version.ifPresent(
        text -> document.put("$schema", "https://kairos.io/" + text + "/cloud-config.json"));
    document.put("title", "Kairos Schema");
    document.put("description", DESCRIPTION);
    document.put("definitions", definitions);
    document.put("properties", properties);
    document.put("type", "object");
    return document;
  }

  private Map<String, Object> properties(String prefix, List<Setting> settings) {
    Map<String, Object> properties = new TreeMap<>();
    for (Setting setting : settings) {
      properties.put(setting.key(), schema(prefix + setting.key(), setting));
    }
    return properties;
  }

  private Map<String, Object> schema(String path, Setting setting) {
    Map<String, Object> schema = new LinkedHashMap<>();
    setting
        .standard()
        .flatMap(text -> standard(setting.kind(), text))
        .ifPresent(value -> schema.put("default", value));
    if (!setting.words().isEmpty()) {
      schema.put("enum", setting.words());
    }
    schema.put("description", setting.meaning());
    new TreeMap<>(setting.keywords())
        .forEach(
            (keyword, value) -> {
              if (!keyword.equals(Setting.REQUIRED)) {
                schema.put(keyword, value);
              }
            });
    switch (setting.kind()) {
      case FLAG -> schema.put("type", "boolean");
      case NUMBER -> schema.put("type", "integer");
      case TEXT -> schema.putIfAbsent("type", "string");
      case TEXTS -> array(schema, Map.of("type", "string"));
      case TEXT_MAP -> {
        if (setting.children().isEmpty()) {
          mapOf(schema, Map.of("type", ANY_SCALAR));
        } else {
          schema.putAll(section(path, setting));
        }
      }
      case SECTION -> schema.putAll(section(path, setting));
      case SECTIONS -> array(schema, section(path, setting));
      case SECTION_MAP -> mapOf(schema, section(path, setting));
      case SECTION_LISTS -> {
        Map<String, Object> list = new LinkedHashMap<>();
        array(list, section(path, setting));
        mapOf(schema, list);
      }
      case ANYTHING -> {}
    }
    return schema;
  }

  /** In the kind of its setting; a default that is told in other words has none. */
  private static Optional<Object> standard(Setting.Kind kind, String text) {
    return switch (kind) {
      case FLAG -> Optional.of(Boolean.valueOf(text));
      case NUMBER ->
          text.matches("-?[0-9]{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
      case TEXT -> Optional.of(text);
      default -> Optional.empty();
    };
  }

  private static void array(Map<String, Object> schema, Object items) {
    schema.put("items", items);
    schema.put("type", "array");
  }

  private static void mapOf(Map<String, Object> schema, Object values) {
    schema.put("additionalProperties", values);
    schema.put("type", "object");
  }

  /** The schema of a section, or a reference to its definition. */
  private Map<String, Object> section(String path, Setting setting) {
    Map<String, Object> section = new LinkedHashMap<>();
    List<String> required =
        setting.children().stream().filter(Setting::isRequired).map(Setting::key).sorted().toList();
    if (!required.isEmpty()) {
      section.put("required", required);
    }
    if (setting.kind() == Setting.Kind.TEXT_MAP) {
      section.put("additionalProperties", Map.of("type", ANY_SCALAR));
    }
    section.put("properties", properties(path + ".", setting.children()));
    section.put("type", "object");
    String name = DEFINITIONS.get(path);
    if (name == null) {
      return section;
    }
    definitions.put(name, section);
    return new LinkedHashMap<>(Map.of("$ref", "#/definitions/" + name));
  }

  /** {@code install} is one of: neither reboot nor poweroff, or one of them. */
  private void addPowerVariants() {
    definitions.put("SchemaNoPowerManagement", power(List.of(), false, false));
    definitions.put("SchemaRebootOnly", power(List.of("reboot"), false, true));
    definitions.put("SchemaPowerOffOnly", power(List.of("poweroff"), true, false));
    oneOf(
        "SchemaInstallSchema", "SchemaNoPowerManagement", "SchemaRebootOnly", "SchemaPowerOffOnly");
  }

  private static Map<String, Object> power(List<String> required, boolean off, boolean reboot) {
    Map<String, Object> properties = new TreeMap<>();
    properties.put("poweroff", Map.of("const", off));
    properties.put("reboot", Map.of("const", reboot));
    return object(required, properties);
  }

  /** {@code p2p} is one of: a token, and automatic; an empty token, and not automatic. */
  private void addP2pVariants() {
    Map<String, Object> enabled = new TreeMap<>();
    Map<String, Object> token = new LinkedHashMap<>();
    token.put("minLength", 1L);
    token.put("type", "string");
    enabled.put("network_token", token);
    enabled.put("auto", object(List.of(), new TreeMap<>(Map.of("enable", Map.of("const", true)))));
    definitions.put("SchemaP2PAutoEnabled", object(List.of("network_token"), enabled));
    Map<String, Object> disabled = new TreeMap<>();
    disabled.put("network_token", Map.of("const", ""));
    disabled.put(
        "auto", object(List.of("enable"), new TreeMap<>(Map.of("enable", Map.of("const", false)))));
    definitions.put("SchemaP2PAutoDisabled", object(List.of("network_token"), disabled));
    oneOf("SchemaP2PSchema", "SchemaP2PAutoEnabled", "SchemaP2PAutoDisabled");
  }

  private static Map<String, Object> object(List<String> required, Map<String, Object> properties) {
    Map<String, Object> object = new LinkedHashMap<>();
    if (!required.isEmpty()) {
      object.put("required", required);
    }
    object.put("properties", properties);
    object.put("type", "object");
    return object;
  }

  @SuppressWarnings("unchecked") // made by section()
  private void oneOf(String definition, String... variants) {
    List<Object> references = new ArrayList<>();
    for (String variant : variants) {
      references.add(Map.of("$ref", "#/definitions/" + variant));
    }
    ((Map<String, Object>) definitions.get(definition)).put("oneOf", references);
  }
}
