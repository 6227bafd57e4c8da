package io.kairos.stages.action;

import io.kairos.base.KairosException;
import io.kairos.config.Section;
import io.kairos.config.UserConfig;
import io.kairos.stages.StepContext;
import io.kairos.stages.account.Accounts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code users}: creates users, in alphabetical order so that their numbers repeat. Of a user that
 * exists only the password changes. Keys are added in both cases.
 */
public final class UsersAction implements Action {
  private record Creation(Map<String, UserConfig> users) implements Work {
    Creation {
      users = new TreeMap<>(users);
    }

    @Override
    public String summary() {
      return "users: " + users.size();
    }

    @Override
    public void perform(StepContext context) {
      context.each(users.entrySet(), user -> ensure(context, user.getKey(), user.getValue()));
    }
  }

  @Override
  public List<String> keys() {
    return List.of("users");
  }

  @Override
  public Optional<Work> read(Section step) {
    return users(step).map(Creation::new);
  }

  /** The users that a step creates, by name. */
  public static Optional<Map<String, UserConfig>> users(Section step) {
    return step.sectionMap("users", "users by their names", UserConfig::read)
        .optional()
        .filter(map -> !map.isEmpty());
  }

  private static void ensure(StepContext context, String name, UserConfig config) {
    var accounts = new Accounts(context.host());
    context.editAccounts(
        () -> {
          if (accounts.find(name).isEmpty()) {
            if (config.password().isEmpty() && !config.isLocked()) {
              context.log().info("user '" + name + "' gets no password, only keys can log in");
            }
            accounts.create(name, config);
          } else {
            config
                .password()
                .filter(password -> password.reveal().length > 0)
                .ifPresent(password -> accounts.putPassword(name, password));
          }
        });
    if (!config.authorizedKeys().isEmpty()) {
      try {
        AuthorizedKeysAction.authorize(context, name, config.authorizedKeys());
      } catch (KairosException e) {
        context.log().warn("keys of user '" + name + "': " + e.getMessage());
      }
    }
  }
}
