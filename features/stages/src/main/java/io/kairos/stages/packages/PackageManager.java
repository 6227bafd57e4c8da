package io.kairos.stages.packages;

import io.kairos.base.HostFailure;
import io.kairos.config.Findings;
import io.kairos.config.Section;
import io.kairos.config.SystemFacts;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * How a family of distributions installs packages.
 *
 * @param systems names in os-release's {@code ID}
 * @param like names in its {@code ID_LIKE}, for systems that nobody names
 * @param environment of its commands
 * @param succeeds exit codes that are no failure
 * @param refresh command line, as the others; packages follow
 * @param pins how it keeps a package at a version, if it can
 */
public record PackageManager(
    String name,
    List<String> systems,
    List<String> like,
    Map<String, String> environment,
    List<Integer> succeeds,
    List<String> refresh,
    List<String> upgrade,
    List<String> install,
    List<String> remove,
    Optional<Pinning> pins) {
  /** One descriptor each; the first that knows the system is used. */
  static final List<String> FAMILIES = List.of("apt", "dnf", "zypper", "apk", "pacman");

  /** Slow mirrors and large upgrades fit into it; a boot does not hang on it for ever. */
  private static final Duration DEADLINE = Duration.ofHours(4);

  public PackageManager {
    systems = List.copyOf(systems);
    like = List.copyOf(like);
    environment = Map.copyOf(environment);
    succeeds = List.copyOf(succeeds);
    refresh = List.copyOf(refresh);
    upgrade = List.copyOf(upgrade);
    install = List.copyOf(install);
    remove = List.copyOf(remove);
  }

  /** The manager of a system: by its own name first, then by what it says it is like. */
  public static Optional<PackageManager> of(SystemFacts facts) {
    String id = facts.osId().orElse("");
    List<String> likes = Arrays.asList(facts.osLike().orElse("").split("\\s+"));
    return first(manager -> manager.systems.contains(id))
        .or(() -> first(manager -> manager.isLike(likes)));
  }

  /** Descriptors are read only as far as the one that is wanted. */
  private static Optional<PackageManager> first(Predicate<PackageManager> wanted) {
    return FAMILIES.stream().map(PackageManager::load).filter(wanted).findFirst();
  }

  private boolean isLike(List<String> likes) {
    return likes.stream().anyMatch(word -> like.contains(word) || systems.contains(word));
  }

  static PackageManager load(String family) {
    String file = family + ".yaml";
    try (InputStream in = PackageManager.class.getResourceAsStream(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      var findings = new Findings();
      var manager =
          Section.read((YamlMap) Yaml.parse(text, file), "", findings, PackageManager::read);
      findings.errors().throwIfAny();
      return manager;
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  private static PackageManager read(Section section) {
    return new PackageManager(
        section.text("name", "name of the manager").requiredOr(""),
        section.texts("systems", "IDs of systems").requiredOr(List.of()),
        section.texts("like", "IDs that systems are like").orElse(List.of()),
        section.textMap("environment", "of its commands").orElse(Map.of()),
        section.texts("succeeds", "exit codes").orElse(List.of("0")).stream()
            .map(Integer::valueOf)
            .toList(),
        section.texts("refresh", "command line").requiredOr(List.of()),
        section.texts("upgrade", "command line").requiredOr(List.of()),
        section.texts("install", "command line").requiredOr(List.of()),
        section.texts("remove", "command line").requiredOr(List.of()),
        section.section("pins", "how versions are kept", Pinning::read).optional());
  }

  /**
   * Runs one of the command lines.
   *
   * @throws HostFailure with the end of what the manager said
   */
  public void run(Host host, List<String> commandLine, List<String> packages) {
    List<String> argv = new ArrayList<>(commandLine);
    argv.addAll(packages);
    var _ = host.run(command(argv).expecting(succeeds.toArray(Integer[]::new)));
  }

  /** With this process's environment, because proxies are in it. */
  Command command(List<String> argv) {
    Command command = Command.of(argv).inheritingEnvironment().within(DEADLINE);
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      command = command.env(variable.getKey(), variable.getValue());
    }
    return command;
  }
}
