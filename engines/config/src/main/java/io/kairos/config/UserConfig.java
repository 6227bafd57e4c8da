package io.kairos.config;

import io.kairos.base.Secret;
import java.util.List;
import java.util.Optional;

/**
 * A user in the form of cloud-init, at the top of a config or in a stage.
 *
 * @param name login name; in a stage it is the key of the map instead
 * @param password plain or a crypt hash
 */
public record UserConfig(
    Optional<String> name,
    Optional<Secret> password,
    List<String> authorizedKeys,
    Optional<String> gecos,
    Optional<String> home,
    boolean createsHome,
    Optional<String> primaryGroup,
    List<String> groups,
    Optional<String> shell,
    boolean isLocked,
    Optional<String> uid) {
  public UserConfig {
    authorizedKeys = List.copyOf(authorizedKeys);
    groups = List.copyOf(groups);
  }

  public static UserConfig read(Section user) {
    user.alias("lockPasswd", "lock_passwd");
    user.flag("no_user_group", "kept for old files; has no effect").optional();
    user.flag("system", "kept for old files; has no effect").optional();
    user.flag("no_log_init", "kept for old files; has no effect").optional();
    user.anything("coreos_ssh_import_github", "not supported").optional();
    user.anything("coreos_ssh_import_github_users", "not supported").optional();
    user.anything("coreos_ssh_import_url", "not supported").optional();
    var config =
        new UserConfig(
            user.text("name", "login name").optional(),
            user.parsed("passwd", "password, plain or hashed", Secret::of).optional(),
            user.texts("ssh_authorized_keys", "keys, or github:USER, gitlab:USER, or a URL")
                .orElse(List.of()),
            user.text("gecos", "full name").optional(),
            user.text("homedir", "home directory").optional(),
            !user.flag("no_create_home", "create no home directory").orElse(false),
            user.text("primary_group", "an existing group").optional(),
            user.texts("groups", "more groups").orElse(List.of()),
            user.text("shell", "login shell").optional(),
            user.flag("lock_passwd", "no login with a password").orElse(false),
            user.text("uid", "number of the user").optional());
    var _ = user.constrain("uid", "type", List.of("string", "integer"));
    return config;
  }

  /** As {@link #read}, where the name is required. */
  static UserConfig readNamed(Section user) {
    UserConfig config = read(user);
    user.constrain("name", "pattern", "([a-z_][a-z0-9_]{0,30})").mark("name");
    if (config.name.isEmpty()) {
      user.report("name", "is missing");
    } else if (!containsLoginName(config.name.get())) {
      user.report("name", "must be a login name, not '" + config.name.get() + "'");
    }
    return config;
  }

  /** The pattern of the schema, which never was anchored: a letter or {@code _} somewhere. */
  private static boolean containsLoginName(String name) {
    return name.chars().anyMatch(c -> c == '_' || (c >= 'a' && c <= 'z'));
  }

  public boolean isAdmin() {
    return groups.contains("admin") || primaryGroup.filter("admin"::equals).isPresent();
  }
}
