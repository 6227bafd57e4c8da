package io.kairos.dist;

import io.kairos.base.Refused;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What each command needs from the distribution, as {@code requirements.tsv} says. The launcher
 * installs from the same file before Java starts.
 *
 * @param entries in the order of the file
 */
public record Requirements(List<Requirement> entries) {
  /** Every command needs what this one needs. */
  private static final String BUILD = "build";

  /**
   * One tool.
   *
   * @param commands who needs it; who can do without has a question mark behind its name
   * @param tool program, absolute path of a file, or {@code jdk:VERSION}
   * @param debianPackage where Debian has it
   * @param why one phrase
   */
  public record Requirement(List<String> commands, String tool, String debianPackage, String why) {
    boolean isNeededBy(String command) {
      return commands.contains(command) || commands.contains(BUILD);
    }

    boolean isMissingOn(Host host) {
      if (tool.startsWith("jdk:")) {
        return false; // we run
      }
      return tool.startsWith("/") ? !Files.exists(host.resolved(tool)) : !host.hasProgram(tool);
    }
  }

  public Requirements {
    entries = List.copyOf(entries);
  }

  public static Requirements read() {
    try (var in = Requirements.class.getResourceAsStream("requirements.tsv")) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Requirements parse(String text) {
    return new Requirements(
        text.lines()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .map(Requirements::entry)
            .toList());
  }

  private static Requirement entry(String line) {
    String[] fields = line.split("\t");
    if (fields.length != 4) {
      throw new IllegalArgumentException("requirements.tsv: not four fields: " + line);
    }
    return new Requirement(List.of(fields[0].split(",")), fields[1], fields[2], fields[3]);
  }

  /** What the command would miss on this machine. */
  public List<Requirement> missing(String command, Host host) {
    return entries.stream()
        .filter(entry -> entry.isNeededBy(command) && entry.isMissingOn(host))
        .toList();
  }

  /** As {@link #check}, for a program that was built elsewhere: Maven and JDK are no matter. */
  public void checkBuilt(String command, Host host) {
    new Requirements(entries.stream().filter(entry -> !entry.commands().contains(BUILD)).toList())
        .check(command, host);
  }

  /**
   * @throws Refused with every missing tool and how to get them
   */
  public void check(String command, Host host) {
    List<Requirement> missing = missing(command, host);
    if (missing.isEmpty()) {
      return;
    }
    String tools =
        missing.stream()
            .map(entry -> entry.tool() + " (" + entry.why() + ")")
            .collect(Collectors.joining(", "));
    String packages =
        missing.stream()
            .map(Requirement::debianPackage)
            .distinct()
            .sorted()
            .collect(Collectors.joining(" "));
    throw new Refused(
        "'" + command + "' needs what this machine does not have: " + tools,
        "apt-get install " + packages);
  }
}
