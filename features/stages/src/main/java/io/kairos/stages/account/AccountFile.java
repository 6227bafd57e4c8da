package io.kairos.stages.account;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import io.kairos.stages.action.HostFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A file of lines with fields between colons: passwd, group, shadow, gshadow. Lines that are no
 * entry stay as they are. Not for concurrent use; whoever edits holds the lock of the accounts.
 */
public final class AccountFile {
  /** Where numbers for people begin and end, as on every distribution (login.defs). */
  private static final int FIRST = 1000;

  private static final int LAST = 60_000;

  private final Host host;
  private final String path;
  private final List<String> lines;
  private boolean changed;

  private AccountFile(Host host, String path, List<String> lines) {
    this.host = host;
    this.path = path;
    this.lines = lines;
  }

  /** A file that is not there has no entries. */
  public static AccountFile read(Host host, String path) {
    List<String> lines = new ArrayList<>();
    String text = HostFiles.read(host, path).orElse("");
    if (!text.isEmpty()) {
      lines.addAll(
          Arrays.asList(
              (text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).split("\n", -1)));
    }
    return new AccountFile(host, path, lines);
  }

  /** The fields of the entry of that name. */
  public Optional<String[]> find(String name) {
    for (String line : lines) {
      if (line.startsWith(name + ":")) {
        return Optional.of(line.split(":", -1));
      }
    }
    return Optional.empty();
  }

  /** Replaces the entry of the same name, or adds one. */
  public void put(String... fields) {
    for (String field : fields) {
      if (field.contains(":") || field.contains("\n")) {
        throw new HostFailure("an entry of " + path + " cannot hold '" + field.strip() + "'");
      }
    }
    String line = String.join(":", fields);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(fields[0] + ":")) {
        changed |= !lines.set(i, line).equals(line);
        return;
      }
    }
    lines.add(line);
    changed = true;
  }

  /** Removes the entry of that name, if there is one. */
  public void remove(String name) {
    changed |= lines.removeIf(line -> line.startsWith(name + ":"));
  }

  /** Removes this very line, if there is one. */
  public void removeLine(String line) {
    changed |= lines.remove(line);
  }

  /**
   * The first number for a person that no entry has.
   *
   * @param field where the numbers stand
   */
  public int freeNumber(int field) {
    return freeNumber(field, Set.of());
  }

  /**
   * As {@link #freeNumber(int)}.
   *
   * @param others numbers that somebody else has
   */
  int freeNumber(int field, Set<Integer> others) {
    Set<Integer> taken = new HashSet<>(others);
    for (String line : lines) {
      String[] fields = line.split(":", -1);
      if (fields.length > field && isNumber(fields[field])) {
        taken.add(Integer.parseInt(fields[field]));
      }
    }
    for (int number = FIRST; number <= LAST; number++) {
      if (!taken.contains(number)) {
        return number;
      }
    }
    throw new HostFailure("no number between " + FIRST + " and " + LAST + " is free in " + path);
  }

  /** Whether some entry has that number in a field. */
  boolean hasNumber(int field, int number) {
    return lines.stream()
        .map(line -> line.split(":", -1))
        .anyMatch(
            fields -> fields.length > field && fields[field].equals(Integer.toString(number)));
  }

  /** Adds a name to the list of names in a field, if the entry exists and lacks it. */
  public void addMember(String entry, int field, String name) {
    find(entry)
        .filter(fields -> fields.length > field)
        .ifPresent(
            fields -> {
              List<String> members = new ArrayList<>(Arrays.asList(fields[field].split(",")));
              members.removeIf(String::isEmpty);
              if (!members.contains(name)) {
                members.add(name);
                fields[field] = String.join(",", members);
                put(fields);
              }
            });
  }

  /**
   * Writes the file, if something changed.
   *
   * @param mode when the file is new
   */
  public void save(int mode) {
    if (changed) {
      HostFiles.writeDurably(
          host,
          path,
          lines.isEmpty() ? "" : String.join("\n", lines) + "\n",
          HostFiles.mode(host, path, mode));
      changed = false;
    }
  }

  static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() < 10
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
