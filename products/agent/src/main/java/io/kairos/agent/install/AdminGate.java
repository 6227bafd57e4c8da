package io.kairos.agent.install;

import io.kairos.base.Refused;
import io.kairos.config.Config;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import io.kairos.host.Host;
import java.nio.file.Files;

/** A node that nobody can administer is not made by accident. */
final class AdminGate {
  private AdminGate() {}

  /**
   * @throws Refused when no user of any stage is an admin, and nobody asked for that
   */
  static void check(Config config, Host host) {
    boolean isWaived =
        config.install().noUsers() || Files.exists(host.path("/etc/kairos/.nousers"));
    if (isWaived
        || config.agent().users().stream().anyMatch(io.kairos.config.UserConfig::isAdmin)
        || isInAnyStage(config.merged())) {
      return;
    }
    throw new Refused(
        "No users found in any stage that are part of the 'admin' group.",
        "add a user with groups: [admin], or set install.nousers: true");
  }

  private static boolean isInAnyStage(YamlMap config) {
    return config.map("stages").stream()
        .flatMap(stages -> stages.entries().stream())
        .flatMap(stage -> items(stage.value()))
        .filter(YamlMap.class::isInstance)
        .flatMap(step -> ((YamlMap) step).map("users").stream())
        .flatMap(users -> users.entries().stream())
        .anyMatch(user -> user.value() instanceof YamlMap settings && isAdmin(settings));
  }

  private static java.util.stream.Stream<YamlNode> items(YamlNode node) {
    return node instanceof YamlList list ? list.items().stream() : java.util.stream.Stream.empty();
  }

  private static boolean isAdmin(YamlMap user) {
    return user.text("primary_group").filter("admin"::equals).isPresent()
        || user.list("groups").stream()
            .anyMatch(group -> group instanceof YamlScalar word && word.text().equals("admin"));
  }
}
