package io.kairos.images;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which tags of a repository are releases of what a node runs. A tag cannot be taken apart by
 * itself, for its parts may hold dashes; it is read beside the node's own name.
 */
public final class ReleaseTags {
  private static final Pattern IMAGE =
      Pattern.compile(".*-(core|standard)-(amd64|arm64|riscv64)-.*-v.*");

  private final String version;
  private final String software;
  private final String prefix;
  private final String softwarePrefix;

  /**
   * One release, as its tag tells it.
   *
   * @param tag of the image
   * @param version of Kairos
   * @param softwareVersion of its Kubernetes distribution, with a dash for a plus
   */
  public record Release(String tag, String version, Optional<String> softwareVersion) {}

  /**
   * @param own what the node runs; every part that a tag needs has to be there
   */
  public ReleaseTags(ArtifactName own) {
    version = own.version().replace('+', '-');
    software = own.softwareVersion().replace('+', '-');
    softwarePrefix = own.softwareVersionPrefix();
    String tag = own.tag();
    String ending =
        "-"
            + version
            + (software.isEmpty() ? "" : "-" + (softwarePrefix + software).replace('+', '-'));
    prefix = tag.substring(0, tag.length() - ending.length());
  }

  /** Every other release of the same flavour, variant, architecture and model; newest first. */
  public List<Release> others(List<String> tags, boolean withPreReleases) {
    return chosen(
        tags,
        withPreReleases,
        release ->
            !release.version().equals(version)
                || !release.softwareVersion().orElse("").equals(software));
  }

  /** Those of them that are newer, in Kairos or, with the same Kairos, in Kubernetes. */
  public List<Release> newer(List<String> tags, boolean withPreReleases) {
    return chosen(tags, withPreReleases, this::isNewer);
  }

  private boolean isNewer(Release release) {
    int order = SemanticVersion.compare(release.version(), version);
    if (software.isEmpty()) {
      return order > 0;
    }
    if (release.softwareVersion().isEmpty()) {
      return false;
    }
    return order > 0
        || (order == 0 && SemanticVersion.compare(release.softwareVersion().get(), software) > 0);
  }

  private List<Release> chosen(
      List<String> tags, boolean withPreReleases, Predicate<Release> wanted) {
    return tags.stream()
        .distinct()
        .flatMap(tag -> read(tag).stream())
        .filter(wanted)
        .filter(release -> withPreReleases || isFinal(release))
        .sorted(ORDER.reversed())
        .toList();
  }

  /** Nothing for the tag of something else: another flavour, a signature, a raw disk, a UKI. */
  Optional<Release> read(String tag) {
    String start = prefix + "-";
    if (!IMAGE.matcher(tag).matches()
        || tag.endsWith("-uki")
        || tag.endsWith("-img")
        || !tag.startsWith(start)
        || tag.length() == start.length()) {
      return Optional.empty();
    }
    String rest = tag.substring(start.length());
    if (!softwarePrefix.isEmpty()) {
      Matcher parts =
          Pattern.compile("(.+?)-" + Pattern.quote(softwarePrefix) + "(.+)").matcher(rest);
      if (parts.matches()) {
        return Optional.of(new Release(tag, parts.group(1), Optional.of(parts.group(2))));
      }
    }
    return Optional.of(new Release(tag, rest, Optional.empty()));
  }

  /**
   * The dash that stands for the plus of Kubernetes makes it no pre-release; an image without
   * Kubernetes is nothing for a node with it.
   */
  private boolean isFinal(Release release) {
    boolean isPreRelease =
        SemanticVersion.parse(release.version()).filter(SemanticVersion::isPreRelease).isPresent();
    return !isPreRelease && (software.isEmpty() || release.softwareVersion().isPresent());
  }

  /** By version, then software, then tag, so that the order is the same whatever comes in. */
  private static final Comparator<Release> ORDER =
      Comparator.comparing(Release::version, SemanticVersion::compare)
          .thenComparing(release -> release.softwareVersion().isPresent())
          .thenComparing(release -> release.softwareVersion().orElse(""), SemanticVersion::compare)
          .thenComparing(Release::tag);
}
