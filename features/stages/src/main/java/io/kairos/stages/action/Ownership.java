package io.kairos.stages.action;

import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.host.Host;
import io.kairos.stages.account.AccountFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Permissions and owner of something that a step creates.
 *
 * @param mode nine bits; zero when nobody says, as ever
 * @param names {@code user} or {@code user:group}; wins over the numbers
 */
record Ownership(int mode, int uid, int gid, Optional<String> names) {
  /** Upstream reads it into 32 bits. */
  private static final long MOST = 0xFFFF_FFFFL;

  static Ownership read(Section item, boolean withNames) {
    Optional<String> names = Optional.empty();
    if (withNames) {
      names =
          item.alias("owner_string", "ownerstring")
              .text("ownerstring", "owner by name, as user:group")
              .optional();
    }
    return new Ownership(
        mode(item),
        item.number("owner", "number of the user").orElse(0L).intValue(),
        item.number("group", "number of the group").orElse(0L).intValue(),
        names.filter(text -> !text.isEmpty()));
  }

  private static int mode(Section item) {
    long mode = item.number("permissions", "mode, octal with a leading 0").orElse(0L);
    if (mode < 0 || mode > MOST) {
      item.report("permissions", "must be a mode such as 0644, not " + mode);
      return 0;
    }
    return (int) (mode & 0777);
  }

  /** The same owner with other permissions. */
  Ownership with(int otherMode) {
    return new Ownership(otherMode, uid, gid, names);
  }

  /** Gives a path of the host these permissions and this owner. */
  void apply(Host host, String path) {
    Path real = host.resolved(path);
    int user = uid;
    int group = gid;
    if (names.isPresent()) {
      String[] parts = names.get().split(":", 2);
      String[] account = entry(host, "/etc/passwd", parts[0], "user");
      user = Integer.parseInt(account[2]);
      group =
          Integer.parseInt(
              parts.length == 2 ? entry(host, "/etc/group", parts[1], "group")[2] : account[3]);
    }
    host.kernel().changeOwner(real, user, group);
    try {
      HostFiles.permit(real, mode);
    } catch (IOException e) {
      throw new HostFailure("cannot change the permissions of " + path, e);
    }
  }

  private static String[] entry(Host host, String file, String name, String what) {
    return AccountFile.read(host, file)
        .find(name)
        .filter(fields -> fields.length >= 4)
        .orElseThrow(() -> new HostFailure("there is no " + what + " '" + name + "' in " + file));
  }
}
