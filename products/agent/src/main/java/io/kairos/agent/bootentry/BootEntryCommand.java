package io.kairos.agent.bootentry;

import io.kairos.agent.Root;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.boot.BootEntries;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code kairos-agent bootentry}: what GRUB boots next, once. */
public final class BootEntryCommand {
  private final Host host;
  private final Optional<BufferedReader> person;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param person who answers questions, if there is one
   */
  public BootEntryCommand(
      Host host, Optional<BufferedReader> person, PrintStream out, PrintStream err) {
    this.host = host;
    this.person = person;
    this.out = out;
    this.err = err;
  }

  /**
   * @throws KairosException when there is no such entry, or GRUB could not be told
   */
  public void select(String entry, boolean asJson) {
    Root.require();
    choose(BootEntries.of(host), entry, isOemEncrypted(), asJson);
  }

  /** Asks which one; without anybody to ask, lists them. */
  public void run(boolean asJson) {
    BootEntries entries = BootEntries.of(host);
    boolean isOemEncrypted = isOemEncrypted();
    Optional<String> chosen = entries.chosen(isOemEncrypted);
    if (asJson) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("entries", entries.names());
      tree.put("next", chosen.orElse(null));
      out.println(Json.pretty(tree));
    } else if (person.isPresent()) {
      ask(entries, chosen, isOemEncrypted);
    } else {
      entries.names().forEach(out::println);
    }
    out.flush();
  }

  private void ask(BootEntries entries, Optional<String> chosen, boolean isOemEncrypted) {
    Root.require();
    List<String> names = entries.names();
    for (int number = 1; number <= names.size(); number++) {
      String name = names.get(number - 1);
      out.println(
          "%3d  %s%s"
              .formatted(
                  number, name, chosen.filter(name::equals).map(_ -> "  (next)").orElse("")));
    }
    out.print("Boot which entry next, once? Number or name, nothing to leave it: ");
    out.flush();
    String answer = answer();
    if (answer.isEmpty()) {
      out.println("Nothing was changed.");
      return;
    }
    choose(entries, named(names, answer), isOemEncrypted, false);
  }

  /** A name that looks like a number is a name. */
  private static String named(List<String> names, String answer) {
    boolean isNumber = answer.matches("[1-9][0-9]{0,3}") && !names.contains(answer);
    int number = isNumber ? Integer.parseInt(answer) : 0;
    return number >= 1 && number <= names.size() ? names.get(number - 1) : answer;
  }

  private String answer() {
    try {
      String line = person.orElseThrow().readLine();
      return line == null ? "" : line.strip();
    } catch (IOException e) {
      throw new HostFailure("cannot read the answer", e);
    }
  }

  private void choose(BootEntries entries, String entry, boolean isOemEncrypted, boolean asJson) {
    Path file = entries.choose(entry, isOemEncrypted);
    if (asJson) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("next", entry);
      tree.put("file", file.toString());
      out.println(Json.pretty(tree));
    } else {
      out.println("The next boot is " + entry + ", once; " + file + " says so.");
    }
    out.flush();
  }

  private boolean isOemEncrypted() {
    Config config = new Collector(host).directories(Collector.USER_DIRECTORIES).collect();
    config.failures().forEach(problem -> err.println("WARNING: " + problem.render()));
    return config.install().encryptedPartitions().contains(BootEntries.OEM_LABEL);
  }
}
