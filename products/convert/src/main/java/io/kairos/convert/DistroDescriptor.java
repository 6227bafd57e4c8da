package io.kairos.convert;

import io.kairos.base.Refused;
import io.kairos.base.Suggestion;
import io.kairos.formats.osrelease.OsRelease;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What this program knows of a distribution; all of it is data under {@code distros/}.
 *
 * @param id as in os-release
 * @param manager package manager: {@code apt}
 * @param minVersion oldest release that is converted
 * @param like ids of whose derivatives it takes care
 * @param releases how to bootstrap a release, by version
 * @param repositories where packages come from, {@code @suite@} standing for the release's suite
 * @param packages groups of packages, each for some images only
 * @param networkModules dracut modules for the network
 * @param optionalModules dracut modules that are added where they exist
 * @param directories mount points that the image must hold
 */
public record DistroDescriptor(
    String id,
    String family,
    String manager,
    String minVersion,
    List<String> like,
    Map<String, Release> releases,
    List<Repository> repositories,
    Map<String, Map<Applicability, List<String>>> packages,
    Map<Applicability, List<String>> networkModules,
    Map<Applicability, List<String>> optionalModules,
    List<String> directories,
    Services services) {

  /** The group of packages that holds the kernel. */
  static final String KERNEL = "kernel";

  /**
   * A release that can be bootstrapped.
   *
   * @param suite its name in the repositories: {@code trixie}
   */
  public record Release(String version, String suite, String keyring) {}

  /**
   * A source of packages.
   *
   * @param suites may contain {@code @suite@}
   */
  public record Repository(String uri, List<String> suites, List<String> components) {}

  /** Units, by what happens to them when an image is made. */
  public record Services(List<String> enable, List<String> disable, List<String> mask) {}

  /** All descriptors that are shipped. */
  public static List<DistroDescriptor> all() {
    return Resources.lines("distros/index").stream()
        .map(name -> read(Resources.yaml("distros/" + name)))
        .toList();
  }

  /** The one that takes care of a root with this os-release. */
  public static DistroDescriptor of(OsRelease os) {
    String id = os.find("ID").orElse("");
    List<String> like = List.of(os.find("ID_LIKE").orElse("").split("\\s+"));
    DistroDescriptor found =
        all().stream()
            .filter(distro -> distro.id().equals(id))
            .findFirst()
            .or(
                () ->
                    all().stream()
                        .filter(distro -> distro.like().stream().anyMatch(like::contains))
                        .findFirst())
            .orElseThrow(() -> unknown(id.isEmpty() ? "a root without ID in os-release" : id));
    String version = os.find("VERSION_ID").orElse("");
    if (id.equals(found.id()) && VersionOrder.INSTANCE.compare(version, found.minVersion()) < 0) {
      throw new Refused(
          id + " " + (version.isEmpty() ? "without a version" : version) + " is not converted",
          "use " + id + " " + found.minVersion() + " or newer");
    }
    return found;
  }

  /** The one that bootstraps {@code debian:13}. */
  static Bootstrappable bootstrappable(String name) {
    return all().stream()
        .flatMap(
            distro ->
                distro.releases().values().stream()
                    .map(release -> new Bootstrappable(distro, release)))
        .filter(choice -> choice.name().equals(name))
        .findFirst()
        .orElseThrow(() -> unknown(name));
  }

  /** A distribution with one of its releases. */
  record Bootstrappable(DistroDescriptor distro, Release release) {
    String name() {
      return distro.id() + ":" + release.version();
    }
  }

  private static Refused unknown(String name) {
    List<String> known =
        all().stream()
            .flatMap(distro -> distro.releases().keySet().stream().map(v -> distro.id() + ":" + v))
            .toList();
    return new Refused(
        "unknown distribution '" + name + "'",
        Suggestion.didYouMean(name, known)
            .orElse("one of " + String.join(", ", known) + ", dir:/path or an OCI layout"));
  }

  /** Names for one image, sorted, each once, so that equal requests make equal transactions. */
  public List<String> packagesFor(String architecture, String release) {
    return packagesFor(architecture, release, group -> true);
  }

  /**
   * @param wanted says by its name whether a group is
   */
  List<String> packagesFor(String architecture, String release, Predicate<String> wanted) {
    var names = new TreeSet<String>();
    packages.forEach(
        (name, group) -> {
          if (wanted.test(name)) {
            names.addAll(selected(group, architecture, release));
          }
        });
    return List.copyOf(names);
  }

  List<String> networkModulesFor(String architecture, String release) {
    return selected(networkModules, architecture, release);
  }

  List<String> optionalModulesFor(String architecture, String release) {
    return selected(optionalModules, architecture, release);
  }

  private static List<String> selected(
      Map<Applicability, List<String>> lists, String architecture, String release) {
    return lists.entrySet().stream()
        .filter(entry -> entry.getKey().includes(architecture, release))
        .flatMap(entry -> entry.getValue().stream())
        .toList();
  }

  private static DistroDescriptor read(YamlMap yaml) {
    var releases = new LinkedHashMap<String, Release>();
    for (YamlMap.Entry entry : section(yaml, "releases").entries()) {
      YamlMap release = asMap(entry.value());
      releases.put(
          entry.key(), new Release(entry.key(), text(release, "suite"), text(release, "keyring")));
    }
    var packages = new LinkedHashMap<String, Map<Applicability, List<String>>>();
    for (YamlMap.Entry group : section(yaml, "packages").entries()) {
      packages.put(group.key(), lists(asMap(group.value())));
    }
    YamlMap services = section(yaml, "services");
    YamlMap dracut = section(yaml, "dracut");
    return new DistroDescriptor(
        text(yaml, "id"),
        text(yaml, "family"),
        text(yaml, "manager"),
        text(yaml, "minVersion"),
        texts(section(yaml, "match").list("like")),
        releases,
        yaml.list("repositories").stream()
            .map(DistroDescriptor::asMap)
            .map(
                map ->
                    new Repository(
                        text(map, "uri"), texts(map.list("suites")), texts(map.list("components"))))
            .toList(),
        packages,
        lists(section(dracut, "network")),
        lists(section(dracut, "modules")),
        texts(yaml.list("directories")),
        new Services(
            texts(services.list("enable")),
            texts(services.list("disable")),
            texts(services.list("mask"))));
  }

  private static Map<Applicability, List<String>> lists(YamlMap map) {
    var lists = new LinkedHashMap<Applicability, List<String>>();
    for (YamlMap.Entry entry : map.entries()) {
      lists.put(
          new Applicability(entry.key()),
          entry.value() instanceof YamlList list ? texts(list.items()) : List.of());
    }
    return lists;
  }

  private static YamlMap section(YamlMap map, String key) {
    return map.map(key).orElseGet(() -> YamlMap.empty(map.position()));
  }

  private static YamlMap asMap(YamlNode node) {
    if (node instanceof YamlMap map) {
      return map;
    }
    throw new IllegalStateException(
        node.position() + ": expected a map, found " + node.described());
  }

  private static String text(YamlMap map, String key) {
    return map.text(key)
        .orElseThrow(() -> new IllegalStateException(map.position() + ": " + key + " is missing"));
  }

  private static List<String> texts(List<YamlNode> nodes) {
    var texts = new ArrayList<String>();
    for (YamlNode node : nodes) {
      texts.addAll(
          Stream.of(node)
              .filter(YamlScalar.class::isInstance)
              .map(scalar -> ((YamlScalar) scalar).asText())
              .toList());
    }
    return List.copyOf(texts);
  }

  /** Where a release's packages come from. */
  List<Repository> repositoriesFor(Release release, Optional<String> mirror) {
    return repositories.stream()
        .map(
            repository ->
                new Repository(
                    mirror
                        .filter(url -> repository.equals(repositories.getFirst()))
                        .orElse(repository.uri()),
                    repository.suites().stream()
                        .map(suite -> suite.replace("@suite@", release.suite()))
                        .toList(),
                    repository.components()))
        .toList();
  }
}
