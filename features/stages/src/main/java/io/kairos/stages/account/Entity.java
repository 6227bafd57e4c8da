package io.kairos.stages.account;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.config.Findings;
import io.kairos.config.Section;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.host.Host;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One entry of an account file, in the YAML of {@code ensure_entities}.
 *
 * @param path the kind's file, unless the step names another
 * @param fields of the entry, the name first
 */
public record Entity(Kind kind, String path, List<String> fields) {
  /** The files that have entities. */
  public enum Kind {
    USER("/etc/passwd", 0644),
    GROUP("/etc/group", 0644),
    SHADOW("/etc/shadow", 0640),
    GSHADOW("/etc/gshadow", 0400);

    private final String path;
    private final int mode;

    Kind(String path, int mode) {
      this.path = path;
      this.mode = mode;
    }
  }

  /**
   * @param path of the file; empty for the kind's own
   * @throws InvalidConfig when the text is no entity
   */
  public static Entity parse(String text, String path, String source) {
    if (!(Yaml.parse(text, source) instanceof YamlMap map)) {
      throw new InvalidConfig(Problem.of(source + ": an entity must be a map"));
    }
    var findings = new Findings();
    Entity entity = Section.read(map, "entity", findings, section -> read(section, path));
    findings.errors().throwIfAny();
    return entity;
  }

  private static Entity read(Section section, String path) {
    String word =
        section.word("kind", "which file", "user", "group", "shadow", "gshadow").requiredOr("user");
    return switch (word) {
      case "group" -> group(section, path);
      case "shadow" -> shadow(section, path);
      case "gshadow" ->
          new Entity(
              Kind.GSHADOW,
              path(Kind.GSHADOW, path),
              List.of(
                  required(section, "name"),
                  text(section, "password"),
                  text(section, "administrators"),
                  text(section, "members")));
      default -> user(section, path);
    };
  }

  private static Entity user(Section section, String path) {
    String group = text(section, "group");
    long gid = section.number("gid", "number of the group").orElse(-1L);
    return new Entity(
        Kind.USER,
        path(Kind.USER, path),
        List.of(
            required(section, "username"),
            text(section, "password"),
            Long.toString(section.number("uid", "number of the user").orElse(-1L)),
            group.isEmpty() ? Long.toString(gid) : group,
            section.text("info", "full name").orElse(""),
            text(section, "homedir"),
            text(section, "shell")));
  }

  private static Entity group(Section section, String path) {
    return new Entity(
        Kind.GROUP,
        path(Kind.GROUP, path),
        List.of(
            required(section, "group_name"),
            text(section, "password"),
            section.text("gid", "number of the group").orElse(""),
            text(section, "users")));
  }

  private static Entity shadow(Section section, String path) {
    return new Entity(
        Kind.SHADOW,
        path(Kind.SHADOW, path),
        List.of(
            required(section, "username"),
            text(section, "password"),
            text(section, "last_changed"),
            text(section, "minimum_changed"),
            text(section, "maximum_changed"),
            text(section, "warn"),
            text(section, "inactive"),
            text(section, "expire"),
            text(section, "reserved")));
  }

  private static String path(Kind kind, String path) {
    return path.isEmpty() ? kind.path : path;
  }

  private static String text(Section section, String key) {
    return section.text(key, key).orElse("");
  }

  private static String required(Section section, String key) {
    return section.text(key, "name of the entry").requiredOr("");
  }

  /** Puts the entry into its file; what it leaves open stays as it was. */
  public void ensure(Host host) {
    var file = AccountFile.read(host, path);
    Optional<String[]> old = file.find(fields.getFirst());
    List<String> entry = new ArrayList<>(fields);
    switch (kind) {
      case USER -> completeUser(host, file, old, entry);
      case GROUP -> completeGroup(file, old, entry);
      case SHADOW -> completeShadow(host, old, entry);
      case GSHADOW -> {}
    }
    file.put(entry.toArray(String[]::new));
    file.save(kind.mode);
  }

  private static void completeUser(
      Host host, AccountFile file, Optional<String[]> old, List<String> entry) {
    if (entry.get(2).startsWith("-")) {
      entry.set(2, old.map(f -> f[2]).orElseGet(() -> Integer.toString(file.freeNumber(2))));
    }
    String group = entry.get(3);
    if (group.startsWith("-")) {
      entry.set(3, old.map(f -> f[3]).orElseGet(() -> Integer.toString(file.freeNumber(3))));
    } else if (!AccountFile.isNumber(group)) {
      entry.set(
          3,
          AccountFile.read(host, "/etc/group")
              .find(group)
              .map(f -> f[2])
              .orElseThrow(() -> new HostFailure("there is no group '" + group + "'")));
    }
    if (entry.get(1).isEmpty()) {
      // an empty field would let anybody in without a password (passwd(5))
      entry.set(1, old.map(f -> f[1]).filter(text -> !text.isEmpty()).orElse("x"));
    }
    if (entry.get(4).isEmpty()) {
      entry.set(4, "Created by entities");
    }
  }

  private static void completeGroup(AccountFile file, Optional<String[]> old, List<String> entry) {
    if (entry.get(1).isEmpty()) {
      entry.set(1, old.map(f -> f[1]).orElse("x"));
    }
    if (entry.get(2).isEmpty() || entry.get(2).startsWith("-")) {
      entry.set(2, old.map(f -> f[2]).orElseGet(() -> Integer.toString(file.freeNumber(2))));
    }
    Set<String> members = new LinkedHashSet<>();
    old.filter(f -> f.length > 3).ifPresent(f -> members.addAll(Arrays.asList(f[3].split(","))));
    members.addAll(Arrays.asList(entry.get(3).split(",")));
    members.remove("");
    entry.set(3, String.join(",", members));
  }

  private static void completeShadow(Host host, Optional<String[]> old, List<String> entry) {
    entry.set(1, Accounts.hashed(entry.get(1)));
    if (entry.get(2).equals("now")) {
      entry.set(2, Accounts.today(host));
    }
    for (int i = 2; i < entry.size(); i++) {
      int field = i;
      if (entry.get(i).isEmpty()) {
        entry.set(i, old.filter(f -> f.length > field).map(f -> f[field]).orElse(""));
      }
    }
  }

  /** Takes the entry out of its file: a group by its name, the rest only when all is equal. */
  public void delete(Host host) {
    var file = AccountFile.read(host, path);
    if (kind == Kind.GROUP) {
      file.remove(fields.getFirst());
    } else {
      file.removeLine(String.join(":", fields));
    }
    file.save(kind.mode);
  }
}
