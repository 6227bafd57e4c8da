package io.kairos.config;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.base.Suggestion;
import io.kairos.formats.yaml.YamlMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is wrong with a config, before anybody acts on it.
 *
 * @param errors nothing may be changed while there is one
 * @param warnings worth telling; errors in strict mode
 */
public record Validation(List<Problem> errors, List<Problem> warnings) {
  /** Sections whose misspelling would silently change what an installation does. */
  private static final Set<String> WEIGHTY = Set.of("install", "stages", "users");

  /** A check that lives in another module, such as the one of the stages. */
  @FunctionalInterface
  public interface Check {
    /** Reports kinds as errors, keys as unknown. */
    void inspect(Config config, Findings findings);
  }

  public Validation {
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
  }

  public static Validation of(Config config, Check... more) {
    List<Problem> errors = new ArrayList<>(config.failures());
    List<Problem> warnings = new ArrayList<>(config.warnings());

    var top = new Findings();
    AgentConfig agent = Section.read(withoutInstall(config), "", top, AgentConfig::read);
    errors.addAll(top.errors().list());
    warnings.addAll(top.notes().list());
    sortTopKeys(config, errors, warnings);

    var weighty = new Findings();
    config
        .merged()
        .get("install")
        .filter(node -> !node.isNull())
        .ifPresent(
            node -> {
              if (node instanceof YamlMap install) {
                Section.readLeniently(install, "install", weighty, InstallConfig::read);
              } else {
                weighty
                    .errors()
                    .add(
                        Problem.at(
                            node.position(), "install must be a map, not " + node.described()));
              }
            });
    for (Check check : more) {
      check.inspect(config, weighty);
    }
    errors.addAll(weighty.errors().list());
    errors.addAll(weighty.unknown().list());
    warnings.addAll(weighty.notes().list());
    // unknown keys inside users, bundles: their paths are not at the top
    top.unknown().list().stream()
        .filter(problem -> problem.what().contains("."))
        .forEach(errors::add);
    sshHardening(config, agent, errors, warnings);
    return new Validation(errors, warnings);
  }

  private static YamlMap withoutInstall(Config config) {
    return config.merged().without("install");
  }

  /** Keys of ours pass, keys of providers pass, the rest is told; strict configs refuse it. */
  private static void sortTopKeys(Config config, List<Problem> errors, List<Problem> warnings) {
    Set<String> known = new HashSet<>(KnownKeys.providers());
    Setting.declaredBy(AgentConfig::read).forEach(setting -> known.add(setting.key()));
    for (YamlMap.Entry entry : config.merged().entries()) {
      if (known.contains(entry.key())) {
        continue;
      }
      var near = Suggestion.nearest(entry.key(), known);
      var problem =
          Problem.at(entry.keyPosition(), "unknown key '" + entry.key() + "'")
              .withRemedy(
                  near.map(key -> "did you mean '" + key + "'?")
                      .orElse("remove it, unless a provider reads it"));
      (near.filter(WEIGHTY::contains).isPresent() ? errors : warnings).add(problem);
    }
  }

  private static void sshHardening(
      Config config, AgentConfig agent, List<Problem> errors, List<Problem> warnings) {
    boolean hardened =
        config
            .merged()
            .map("install")
            .map(
                install ->
                    Section.readLeniently(install, "install", new Findings(), InstallConfig::read))
            .filter(InstallConfig::sshHardening)
            .isPresent();
    if (!hardened) {
      return;
    }
    if (agent.users().stream().allMatch(user -> user.authorizedKeys().isEmpty())) {
      errors.add(
          new Problem(
              "install.ssh_hardening leaves nobody who can log in: no user has"
                  + " ssh_authorized_keys",
              config.position("install.ssh_hardening"),
              java.util.Optional.of("give a user a key, or remove ssh_hardening")));
    }
    for (UserConfig user : agent.users()) {
      if (user.password().isPresent()) {
        warnings.add(
            Problem.of(
                "the password of \""
                    + user.name().orElse("")
                    + "\" is of no use over ssh, because install.ssh_hardening is on"));
      }
    }
  }

  /**
   * @throws InvalidConfig with all errors, if there is one
   */
  public void throwIfAny() {
    if (!errors.isEmpty()) {
      throw new InvalidConfig(errors);
    }
  }

  /** The same check where warnings count as errors. */
  public Validation strict() {
    List<Problem> all = new ArrayList<>(errors);
    all.addAll(warnings);
    return new Validation(all, List.of());
  }

  /** Keys that programs outside this module read from the top of a config. */
  private static final class KnownKeys {
    static Set<String> providers() {
      try (InputStream in = Validation.class.getResourceAsStream("provider-keys.txt")) {
        Set<String> keys = new HashSet<>();
        for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
          String key = line.split("#", 2)[0].strip();
          if (!key.isEmpty()) {
            keys.add(key);
          }
        }
        return keys;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
