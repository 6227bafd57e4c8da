package io.kairos.agent.release;

import io.kairos.formats.osrelease.OsRelease;
import io.kairos.images.ArtifactName;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an image of a given name says of itself, as image builders append it to an os-release file.
 *
 * @param registry host and organisation
 * @param family of distributions: {@code debian}
 * @param gitHub repository of its sources; may be empty, as both addresses
 */
public record OsReleaseVariables(
    ArtifactName name,
    String registry,
    String family,
    String gitHub,
    String bugReports,
    String home) {
  private static final String PREFIX = "KAIROS_";

  /**
   * {@code KAIROS_NAME="value"} lines. The version has the software version in it, as builders
   * before 3.x wrote it.
   */
  public String render() {
    String image = name.container(registry);
    String title = String.join("-", "kairos", name.variant(), name.flavor(), name.flavorRelease());
    String version =
        name.softwareVersion().isEmpty()
            ? name.version()
            : name.version() + "-" + name.softwareVersion().replace('+', '-');
    Map<String, String> values = new LinkedHashMap<>();
    put(values, "NAME", title);
    put(values, "ID", "kairos");
    put(values, "ID_LIKE", title);
    put(values, "VERSION", version);
    put(values, "VERSION_ID", version);
    put(values, "PRETTY_NAME", title + " " + version);
    put(values, "IMAGE_REPO", image);
    put(values, "IMAGE_LABEL", name.tag());
    put(values, "ARTIFACT", name.bootable());
    put(values, "FLAVOR", name.flavor());
    put(values, "FLAVOR_RELEASE", name.flavorRelease());
    put(values, "FAMILY", family);
    put(values, "VARIANT", name.variant());
    put(values, "MODEL", name.model());
    put(values, "TARGETARCH", name.architecture());
    put(values, "RELEASE", name.version());
    put(values, "REGISTRY_AND_ORG", registry);
    putIfKnown(values, "SOFTWARE_VERSION", name.softwareVersion());
    putIfKnown(values, "SOFTWARE_VERSION_PREFIX", name.softwareVersionPrefix());
    putIfKnown(values, "GITHUB_REPO", gitHub);
    putIfKnown(values, "BUG_REPORT_URL", bugReports);
    putIfKnown(values, "HOME_URL", home);
    return new OsRelease(values).render();
  }

  private static void put(Map<String, String> values, String key, String value) {
    values.put(PREFIX + key, value);
  }

  private static void putIfKnown(Map<String, String> values, String key, String value) {
    if (!value.isEmpty()) {
      put(values, key, value);
    }
  }
}
