package io.kairos.config;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.base.Suggestion;
import io.kairos.formats.yaml.YamlMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is wrong with a config, before anybody acts on it.
 *
 * @param errors nothing may be changed while there is one
 * @param doubts rules that are broken, though programs have always gone on regardless; errors in
 *     strict mode
 * @param warnings worth telling; errors in strict mode
 */
public record Validation(List<Problem> errors, List<Problem> doubts, List<Problem> warnings) {
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
    doubts = List.copyOf(doubts);
    warnings = List.copyOf(warnings);
  }

  public static Validation of(Config config, Check... more) {
    return of(config, ProviderSchemas.NONE, more);
  }

  /**
   * @param schemas of providers, whose keys count as known; what breaks them is a doubt
   */
  public static Validation of(Config config, ProviderSchemas schemas, Check... more) {
    List<Problem> errors = new ArrayList<>(config.failures());
    List<Problem> warnings = new ArrayList<>(config.warnings());
    warnings.addAll(schemas.problems());

    var own = new Findings();
    AgentConfig agent = Section.read(config.merged(), "", own, AgentConfig::read);
    sortTopKeys(config, schemas, errors, warnings);
    // unknown keys inside sections of ours; those at the top are sorted by now
    own.unknown().list().stream()
        .filter(problem -> problem.what().contains("."))
        .forEach(own.errors()::add);
    for (Check check : more) {
      var found = new Findings();
      check.inspect(config, found);
      found.unknown().list().forEach(found.errors()::add);
      own.addAll(found);
    }
    errors.addAll(own.errors().list());
    warnings.addAll(own.notes().list());

    // a provider may be another one than the schema has in mind
    var providers = new Findings();
    var _ = Section.readPart(undescribed(config, schemas), "", providers, ProviderConfig::read);
    errors.addAll(providers.errors().list());
    List<Problem> doubts = new ArrayList<>(own.doubts().list());
    doubts.addAll(providers.doubts().list());
    doubts.addAll(providers.unknown().list());
    var registered = new Findings();
    schemas.check(config.merged(), registered);
    doubts.addAll(registered.errors().list());
    doubts.addAll(registered.unknown().list());
    sshHardening(config, agent, errors, warnings);
    return new Validation(inOrder(errors), inOrder(doubts), inOrder(warnings));
  }

  /** Where a provider describes its own key, its word counts. */
  private static YamlMap undescribed(Config config, ProviderSchemas schemas) {
    YamlMap rest = config.merged();
    for (String key : schemas.keys()) {
      rest = rest.without(key);
    }
    return rest;
  }

  /** By file, line and column; what has no place comes first. */
  private static List<Problem> inOrder(List<Problem> problems) {
    List<String> sources = new ArrayList<>();
    for (Problem problem : problems) {
      problem
          .where()
          .map(Position::source)
          .filter(s -> !sources.contains(s))
          .ifPresent(sources::add);
    }
    return problems.stream()
        .sorted(
            Comparator.comparingInt(
                    (Problem problem) ->
                        problem.where().map(where -> sources.indexOf(where.source())).orElse(-1))
                .thenComparingInt(problem -> problem.where().map(Position::line).orElse(0))
                .thenComparingInt(problem -> problem.where().map(Position::column).orElse(0)))
        .distinct()
        .toList();
  }

  /** Keys of ours pass, keys of providers pass, the rest is told; strict configs refuse it. */
  private static void sortTopKeys(
      Config config, ProviderSchemas schemas, List<Problem> errors, List<Problem> warnings) {
    Set<String> known = new HashSet<>(KnownKeys.ALL);
    known.addAll(schemas.keys());
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
    if (!agent.install().map(InstallConfig::sshHardening).orElse(false)) {
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

  /** What is worth telling, but no reason to stop: doubts, then warnings. */
  public List<Problem> notices() {
    List<Problem> notices = new ArrayList<>(doubts);
    notices.addAll(warnings);
    return notices;
  }

  /** The same check where everything counts as an error. */
  public Validation strict() {
    List<Problem> all = new ArrayList<>(errors);
    all.addAll(notices());
    return new Validation(all, List.of(), List.of());
  }

  /** Keys at the top of a config: ours, and those that programs outside this module read. */
  private static final class KnownKeys {
    static final Set<String> ALL = all();

    private static Set<String> all() {
      Set<String> keys = new HashSet<>();
      Setting.declaredBy(AgentConfig::read).forEach(setting -> keys.add(setting.key()));
      try (InputStream in = Validation.class.getResourceAsStream("provider-keys.txt")) {
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
