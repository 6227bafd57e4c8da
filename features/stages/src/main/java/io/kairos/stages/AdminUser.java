package io.kairos.stages;

import io.kairos.base.Refused;
import io.kairos.config.Config;
import io.kairos.config.Findings;
import io.kairos.config.Section;
import io.kairos.config.UserConfig;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.host.Host;
import io.kairos.stages.action.UsersAction;
import java.nio.file.Files;

/** Nobody shall install, upgrade or reset a node that nobody can administer. */
public final class AdminUser {
  private static final String SENTINEL = "/etc/kairos/.nousers";

  private AdminUser() {}

  /**
   * Passes when some user of the config, at its top or in a stage, belongs to the group admin, or
   * when {@code install.nousers} or the file {@code /etc/kairos/.nousers} says that none is wanted.
   *
   * @throws Refused otherwise
   */
  public static void require(Config config, Host host) {
    boolean waived =
        config
            .find("install.nousers")
            .map(node -> "true".equals(String.valueOf(node.value())))
            .orElse(false);
    if (waived || Files.exists(host.resolved(SENTINEL)) || exists(config.merged())) {
      return;
    }
    throw new Refused(
        "No users found in any stage that are part of the 'admin' group.",
        config.position("users"),
        "add 'admin' to the groups of a user, or set install.nousers to do without one");
  }

  /** Whether some user of the config, at its top or in a stage, belongs to the group admin. */
  public static boolean exists(YamlMap config) {
    for (YamlNode node : config.list("users")) {
      if (node instanceof YamlMap user
          && Section.readPart(user, "users", new Findings(), UserConfig::read).isAdmin()) {
        return true;
      }
    }
    YamlMap stages = config.map("stages").orElse(YamlMap.empty(config.position()));
    for (YamlMap.Entry stage : stages.entries()) {
      if (stage.value() instanceof YamlList steps
          && steps.items().stream().anyMatch(AdminUser::isIn)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isIn(YamlNode step) {
    return step instanceof YamlMap map
        && Section.readPart(map, "step", new Findings(), UsersAction::users)
            .filter(users -> users.values().stream().anyMatch(UserConfig::isAdmin))
            .isPresent();
  }
}
