package io.kairos.stages.account;

import io.kairos.base.HostFailure;
import io.kairos.base.Secret;
import io.kairos.config.UserConfig;
import io.kairos.formats.dotenv.DotEnv;
import io.kairos.host.Host;
import io.kairos.stages.action.HostFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The users and groups of a host. Whoever edits holds the lock of the accounts. */
public final class Accounts {
  private static final String PASSWD = "/etc/passwd";
  private static final String GROUP = "/etc/group";
  private static final String SHADOW = "/etc/shadow";
  private static final String GECOS = "Created by entities";

  private final Host host;

  public Accounts(Host host) {
    this.host = host;
  }

  /**
   * A user as the system knows it.
   *
   * @param home absolute path on the host
   */
  public record Account(String name, int uid, int gid, String home) {}

  public Optional<Account> find(String name) {
    return AccountFile.read(host, PASSWD)
        .find(name)
        .filter(
            fields ->
                fields.length >= 6
                    && AccountFile.isNumber(fields[2])
                    && AccountFile.isNumber(fields[3]))
        .map(
            fields ->
                new Account(
                    name,
                    Integer.parseInt(fields[2]),
                    Integer.parseInt(fields[3]),
                    fields[5].isEmpty() ? "/" : fields[5]));
  }

  /** Creates a user with its group, home and memberships. */
  public void create(String name, UserConfig config) {
    if (name.isEmpty() || name.startsWith("-") || name.contains("/") || name.contains(":")) {
      throw new HostFailure("'" + name + "' is no name for a user");
    }
    DotEnv defaults = DotEnv.parse(HostFiles.read(host, "/etc/default/useradd").orElse(""));
    var passwd = AccountFile.read(host, PASSWD);
    var groups = AccountFile.read(host, GROUP);
    String home =
        config
            .home()
            .filter(text -> !text.isEmpty())
            .orElseGet(() -> defaults.get("HOME").orElse("/home") + "/" + name);
    int gid = group(groups, home, name, config);
    int uid = number(passwd, home, name, config);
    groups.save(0644);

    // without a password none matches; "!" would also keep sshd without PAM from taking keys
    putPassword(
        name,
        config.isLocked()
            ? Secret.of("!")
            : config
                .password()
                .filter(password -> password.reveal().length > 0)
                .orElseGet(() -> Secret.of("*")));
    passwd.put(
        name,
        "x",
        Integer.toString(uid),
        Integer.toString(gid),
        config.gecos().filter(text -> !text.isEmpty()).orElse(GECOS),
        home,
        config
            .shell()
            .filter(text -> !text.isEmpty())
            .orElseGet(() -> defaults.get("SHELL").orElse("/bin/sh")));
    passwd.save(0644);

    if (config.createsHome()) {
      HostFiles.createDirectories(host, HostFiles.normalized(home), 0755);
      host.kernel().changeOwner(host.resolved(HostFiles.normalized(home)), uid, gid);
    }
    config.groups().forEach(group -> groups.addMember(group, 3, name));
    groups.save(0644);
  }

  private int group(AccountFile groups, String home, String name, UserConfig config) {
    Optional<String> primary = config.primaryGroup().filter(text -> !text.isEmpty());
    if (primary.isPresent() && groups.find(primary.get()).isEmpty()) {
      throw new HostFailure(
          "user '"
              + name
              + "' wants the primary group '"
              + primary.get()
              + "', which is not there");
    }
    String group = primary.orElse(name);
    if (groups.find(group).isEmpty()) {
      int free =
          owner(home, "unix:gid")
              .filter(gid -> !groups.hasNumber(2, gid))
              .orElseGet(() -> groups.freeNumber(2, ownersBeside(home, "unix:gid")));
      groups.put(group, "x", Integer.toString(free), "");
    }
    groups.addMember(group, 3, name);
    String gid = groups.find(group).orElseThrow()[2];
    if (!AccountFile.isNumber(gid)) {
      throw new HostFailure("the group '" + group + "' has no number");
    }
    return Integer.parseInt(gid);
  }

  /** The number that is asked for, or that the user or its home had before, or a free one. */
  private int number(AccountFile passwd, String home, String name, UserConfig config) {
    String wished = config.uid().orElse("");
    if (!wished.isEmpty()) {
      if (!AccountFile.isNumber(wished)) {
        throw new HostFailure("uid '" + wished + "' of user '" + name + "' is no number");
      }
      return Integer.parseInt(wished);
    }
    return owner(home, "unix:uid")
        .filter(uid -> !passwd.hasNumber(2, uid))
        .orElseGet(() -> passwd.freeNumber(2, ownersBeside(home, "unix:uid")));
  }

  /** The owner that a home has kept from an earlier system; only those of people count. */
  private Optional<Integer> owner(String home, String attribute) {
    Path real = host.resolved(HostFiles.normalized(home));
    try {
      return Files.isDirectory(real)
          ? Optional.of((Integer) Files.getAttribute(real, attribute))
              .filter(number -> number >= 1000)
          : Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /**
   * Owners of the homes beside a home: whoever gets a number first must not get that of a user who
   * comes later and whose files are there already.
   */
  private Set<Integer> ownersBeside(String home, String attribute) {
    Set<Integer> owners = new HashSet<>();
    Path parent = host.resolved(HostFiles.normalized(home)).getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      return owners;
    }
    try (var homes = Files.newDirectoryStream(parent)) {
      for (Path other : homes) {
        owners.add((Integer) Files.getAttribute(other, attribute, LinkOption.NOFOLLOW_LINKS));
      }
    } catch (IOException e) {
      throw new HostFailure("cannot list the homes in " + parent, e);
    }
    return owners;
  }

  /** Changes the password of a user that exists; ageing stays as it is. */
  public void putPassword(String name, Secret password) {
    var shadow = AccountFile.read(host, SHADOW);
    String[] old = shadow.find(name).orElse(new String[] {name, "", "", "", "", "", "", "", ""});
    shadow.put(
        name,
        hashed(new String(password.reveal(), StandardCharsets.UTF_8)),
        today(host),
        field(old, 3),
        field(old, 4),
        field(old, 5),
        field(old, 6),
        field(old, 7),
        field(old, 8));
    shadow.save(0640);
  }

  private static String field(String[] fields, int index) {
    return index < fields.length ? fields[index] : "";
  }

  /** A password as shadow keeps it; hashes, locks and nothing pass unchanged. */
  static String hashed(String password) {
    boolean isKept =
        password.isEmpty()
            || password.startsWith("$")
            || password.startsWith("!")
            || password.equals("*");
    return isKept ? password : ShaCrypt.hash(password);
  }

  /** Days since 1970; 1 when the clock was never set, because 0 would demand a new password. */
  static String today(Host host) {
    long days = LocalDate.ofInstant(host.clock().instant(), ZoneOffset.UTC).toEpochDay();
    return Long.toString(Math.max(1, days));
  }
}
