package io.kairos.stages;

import io.kairos.base.Problem;
import io.kairos.config.Findings;
import io.kairos.config.Section;
import io.kairos.config.UserConfig;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the keys of cloud-init mean as steps: users, files and commands in {@code boot}, the host
 * name in {@code initramfs}, keys from the network in {@code network}. The three stages always get
 * their step, because it counts in the names of the others.
 */
final class CloudConfigStages {
  private final YamlMap root;
  private final Findings findings;

  private CloudConfigStages(YamlMap root, Findings findings) {
    this.root = root;
    this.findings = findings;
  }

  static Map<String, List<StageStep>> read(YamlMap root, Findings findings) {
    return new CloudConfigStages(root, findings).read();
  }

  private Map<String, List<StageStep>> read() {
    List<String> globalKeys = new ArrayList<>();
    Section.readPart(
        root,
        "",
        findings,
        top -> {
          globalKeys.addAll(
              top.texts("ssh_authorized_keys", "keys of all users").orElse(List.of()));
          var _ = top.texts("runcmd", "commands").optional();
          var _ = top.sections("users", "users", UserConfig::read).optional();
          return top.text("hostname", "name of the machine").optional();
        });

    Map<String, YamlNode> users = new LinkedHashMap<>();
    Map<String, List<String>> keys = new LinkedHashMap<>();
    for (YamlNode node : root.list("users")) {
      if (node instanceof YamlMap user) {
        addUser(user, globalKeys, users, keys);
      }
    }
    if (users.isEmpty() && !globalKeys.isEmpty()) {
      keys.put("root", globalKeys);
    }

    List<YamlMap.Entry> boot = new ArrayList<>();
    root.entry("runcmd").ifPresent(entry -> boot.add(entry("commands", entry.value())));
    List<YamlNode> files = new ArrayList<>();
    addFiles("write_files", files);
    addFiles("milpa_files", files);
    boot.add(entry("files", new YamlList(files, root.position())));
    boot.add(entry("users", map(users)));
    boot.add(entry("authorized_keys", keys(keys, false)));

    Map<String, List<StageStep>> stages = new LinkedHashMap<>();
    List<StageStep> bootSteps = new ArrayList<>(List.of(step("boot", boot)));
    growpart().forEach(bootSteps::add);
    stages.put("boot", bootSteps);
    List<YamlMap.Entry> initramfs = new ArrayList<>();
    root.entry("hostname").ifPresent(entry -> initramfs.add(entry("hostname", entry.value())));
    stages.put("initramfs", new ArrayList<>(List.of(step("initramfs", initramfs))));
    stages.put(
        "network",
        new ArrayList<>(
            List.of(step("network", List.of(entry("authorized_keys", keys(keys, true)))))));
    return stages;
  }

  private static void addUser(
      YamlMap user,
      List<String> globalKeys,
      Map<String, YamlNode> users,
      Map<String, List<String>> keys) {
    String name = user.text("name").orElse("");
    if (name.isEmpty()) {
      return;
    }
    List<String> all = new ArrayList<>();
    for (YamlNode key : user.list("ssh_authorized_keys")) {
      if (key instanceof YamlScalar scalar) {
        all.add(scalar.asText());
      }
    }
    all.addAll(globalKeys);
    users.put(name, user.without("ssh_authorized_keys"));
    keys.put(name, all);
  }

  private YamlNode keys(Map<String, List<String>> byUser, boolean network) {
    Map<String, List<String>> wanted = new LinkedHashMap<>();
    byUser.forEach(
        (user, keys) -> {
          List<String> some =
              keys.stream()
                  .filter(key -> (key.startsWith("github") || key.startsWith("gitlab")) == network)
                  .toList();
          if (!some.isEmpty()) {
            wanted.put(user, some);
          }
        });
    return YamlNode.of(wanted, root.position());
  }

  private void addFiles(String key, List<YamlNode> files) {
    for (YamlNode node : root.list(key)) {
      if (!(node instanceof YamlMap file)) {
        findings
            .errors()
            .add(Problem.at(node.position(), key + " must hold maps, not " + node.described()));
        continue;
      }
      List<YamlMap.Entry> entries = new ArrayList<>();
      for (YamlMap.Entry entry : file.entries()) {
        switch (entry.key()) {
          case "owner" -> entries.add(renamed(entry, "ownerstring"));
          case "permissions" -> octal(entry).ifPresent(entries::add);
          default -> entries.add(entry);
        }
      }
      files.add(new YamlMap(entries, file.position()));
    }
  }

  /** Permissions are octal here with or without a leading zero, quoted or not. */
  private Optional<YamlMap.Entry> octal(YamlMap.Entry entry) {
    String text = entry.value() instanceof YamlScalar scalar ? scalar.asText().strip() : "?";
    String digits = text.startsWith("0o") ? text.substring(2) : text;
    if (digits.isEmpty()) {
      return Optional.empty();
    }
    if (!digits.chars().allMatch(c -> c >= '0' && c <= '7') || digits.length() > 6) {
      findings
          .errors()
          .add(
              Problem.at(
                  entry.value().position(), "permissions must be octal, not '" + text + "'"));
      return Optional.empty();
    }
    return Optional.of(
        new YamlMap.Entry(
            "permissions",
            entry.keyPosition(),
            YamlScalar.plain("0" + digits, entry.value().position())));
  }

  private List<StageStep> growpart() {
    List<StageStep> steps = new ArrayList<>();
    root.map("growpart")
        .ifPresent(
            growpart -> {
              for (YamlNode device : growpart.list("devices")) {
                if (device instanceof YamlScalar path) {
                  YamlNode layout =
                      YamlNode.of(
                          Map.of(
                              "device", Map.of("path", path.asText()),
                              "expand_partition", Map.of("size", 0)),
                          path.position());
                  steps.add(step("boot", List.of(entry("layout", layout))));
                }
              }
            });
    return steps;
  }

  private StageStep step(String stage, List<YamlMap.Entry> entries) {
    return Section.read(
        new YamlMap(entries, root.position()), "cloud-config " + stage, findings, StageStep::read);
  }

  private YamlMap map(Map<String, YamlNode> values) {
    List<YamlMap.Entry> entries = new ArrayList<>();
    values.forEach((key, value) -> entries.add(entry(key, value)));
    return new YamlMap(entries, root.position());
  }

  private static YamlMap.Entry entry(String key, YamlNode value) {
    return new YamlMap.Entry(key, value.position(), value);
  }

  private static YamlMap.Entry renamed(YamlMap.Entry entry, String key) {
    return new YamlMap.Entry(key, entry.keyPosition(), entry.value());
  }
}
