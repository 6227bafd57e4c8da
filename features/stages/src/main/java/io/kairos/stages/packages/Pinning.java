package io.kairos.stages.packages;

import io.kairos.config.Section;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.stages.action.HostFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a package manager keeps packages at a version: by entries of a file. Texts hold {@code
 * {name}} and {@code {version}}.
 *
 * @param setup files that make the manager look at the pins, with their content
 * @param file of the entries
 * @param entry of a package
 * @param query command that knows the exact entry; {@link #entry} counts when it has no answer
 * @param same pattern of a package's entries, which a new one replaces; those of others stay
 * @param separator between entries
 */
public record Pinning(
    Map<String, String> setup,
    String file,
    String entry,
    List<String> query,
    String same,
    String separator) {

  public Pinning {
    setup = new LinkedHashMap<>(setup);
    query = List.copyOf(query);
  }

  static Pinning read(Section pins) {
    return new Pinning(
        pins.textMap("setup", "files that turn pins on").orElse(Map.of()),
        pins.text("file", "file of the entries").requiredOr(""),
        pins.text("entry", "entry of a package").requiredOr(""),
        pins.texts("query", "command that knows the entry").orElse(List.of()),
        pins.text("same", "pattern of a package's entries").requiredOr(""),
        pins.text("separator", "between entries").orElse("\n"));
  }

  /**
   * Pins packages; what the manager had pinned before stays, but for these.
   *
   * @param versions by package
   */
  public void pin(Host host, PackageManager manager, Map<String, String> versions) {
    setup.forEach(
        (path, content) -> {
          HostFiles.createParents(host, path);
          HostFiles.write(host, path, content, HostFiles.mode(host, path, 0644));
        });
    List<String> entries = new ArrayList<>();
    for (String old : HostFiles.read(host, file).orElse("").split(separator)) {
      boolean isReplaced =
          versions.keySet().stream()
              .anyMatch(name -> old.strip().matches(same.replace("{name}", Pattern.quote(name))));
      if (!old.isBlank() && !isReplaced) {
        entries.add(old.strip());
      }
    }
    versions.forEach((name, version) -> entries.add(entry(host, manager, name, version)));
    HostFiles.createParents(host, file);
    HostFiles.write(
        host, file, String.join(separator, entries) + "\n", HostFiles.mode(host, file, 0644));
  }

  private String entry(Host host, PackageManager manager, String name, String version) {
    Optional<String> answer = Optional.empty();
    if (!query.isEmpty()) {
      Output output = run(host, manager, query, name, version);
      answer =
          Arrays.stream(output.succeeded() ? output.stdout().split("\n") : new String[0])
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .findFirst();
    }
    return answer.orElseGet(() -> filled(entry, name, version));
  }

  private static Output run(
      Host host, PackageManager manager, List<String> line, String name, String version) {
    return host.run(
        manager
            .command(line.stream().map(word -> filled(word, name, version)).toList())
            .expectingAny());
  }

  private static String filled(String text, String name, String version) {
    return text.replace("{version}", version).replace("{name}", name);
  }
}
