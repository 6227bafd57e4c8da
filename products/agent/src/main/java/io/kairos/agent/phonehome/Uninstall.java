package io.kairos.agent.phonehome;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.host.Host;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Ends a node's part in a fleet: service, credentials, and the key {@code phonehome} of its
 * cloud-configs. What is gone already is no failure.
 */
final class Uninstall {
  private static final String KEY = "phonehome";
  private static final String OEM = "/oem";

  private final Host host;
  private final DurableFile files;
  private final List<String> said = new ArrayList<>();

  Uninstall(Host host) {
    this.host = host;
    this.files = new DurableFile(host.kernel());
  }

  /**
   * @param stops whether the service is stopped; it cannot stop itself and still say so
   * @return a line for each thing that was done
   * @throws HostFailure when a file cannot be read, written or deleted
   */
  List<String> run(boolean stops) {
    said.addAll(new PhoneHomeService(host).remove(stops));
    if (NodeCredentials.forget(host)) {
      said.add("deleted " + NodeCredentials.FILE);
    }
    for (Path file : configs()) {
      strip(file);
    }
    return List.copyOf(said);
  }

  private List<Path> configs() {
    Path folder = host.resolved(OEM);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().matches(".*\\.ya?ml"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new HostFailure("cannot list " + OEM, e);
    }
  }

  private void strip(Path file) {
    String name = OEM + "/" + file.getFileName();
    String text;
    try {
      text = Files.readString(file);
    } catch (java.nio.charset.CharacterCodingException e) {
      said.add("left " + name + " as it is: it is no text");
      return;
    } catch (IOException e) {
      throw new HostFailure("cannot read " + name, e);
    }
    try {
      if (Yaml.parse(text, name) instanceof YamlMap map && map.entry(KEY).isPresent()) {
        strip(file, name, text, map);
      }
    } catch (InvalidConfig malformed) {
      said.add("left " + name + " as it is: " + malformed.problems().getFirst().what());
    }
  }

  private void strip(Path file, String name, String text, YamlMap map) {
    YamlMap rest = map.without(KEY);
    if (rest.isEmpty()) {
      files.delete(file);
      said.add("deleted " + name + ", which said nothing else");
      return;
    }
    files.write(file, cut(text, map, rest).orElseGet(() -> written(text, rest)), "rw-------");
    said.add("removed the key " + KEY + " from " + name);
  }

  /** Without the lines of the key, when the rest then reads as it did. */
  private static Optional<String> cut(String text, YamlMap map, YamlMap rest) {
    List<String> lines = text.lines().toList();
    int first = map.entry(KEY).orElseThrow().keyPosition().line();
    int next =
        rest.entries().stream()
            .mapToInt(entry -> entry.keyPosition().line())
            .filter(line -> line > first)
            .min()
            .orElse(lines.size() + 1);
    String kept =
        Stream.concat(lines.stream().limit(first - 1L), lines.stream().skip(next - 1L))
            .map(line -> line + "\n")
            .collect(Collectors.joining());
    try {
      YamlNode read = Yaml.parse(kept, "");
      return read.sameAs(rest) ? Optional.of(kept) : Optional.empty();
    } catch (InvalidConfig notByLines) {
      return Optional.empty();
    }
  }

  /** Written anew, below the remarks at the beginning. */
  private static String written(String text, YamlMap rest) {
    String remarks =
        text.lines()
            .takeWhile(line -> line.startsWith("#") || line.isBlank())
            .map(line -> line + "\n")
            .collect(Collectors.joining());
    return remarks + Yaml.emit(rest);
  }
}
