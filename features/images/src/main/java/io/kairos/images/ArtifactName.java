package io.kairos.images;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.formats.osrelease.KairosRelease;
import io.kairos.formats.osrelease.OsRelease;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What images and files of Kairos are called, for example {@code
 * kairos-ubuntu-24.04-standard-amd64-generic-v3.2.1-k3sv1.31.3+k3s1}. Empty parts are allowed until
 * a name needs them.
 *
 * @param variant {@code core} or {@code standard}
 * @param architecture Go's word: {@code amd64}
 * @param version with its {@code v}
 * @param softwareVersion of the Kubernetes distribution; may be empty
 * @param softwareVersionPrefix {@code k3s}; may be empty
 */
public record ArtifactName(
    String flavor,
    String flavorRelease,
    String variant,
    String architecture,
    String model,
    String version,
    String softwareVersionPrefix,
    String softwareVersion) {

  /** Base name of ISO and disk images. */
  public String bootable() {
    String name = versioned();
    require(flavor, "Flavor is empty");
    return "kairos-" + flavor + "-" + name;
  }

  /** Tag of a container image: a tag cannot have a plus. */
  public String tag() {
    return versioned().replace('+', '-');
  }

  /**
   * Full name of a container image.
   *
   * @param registryAndOrganisation {@code quay.io/kairos}
   */
  public String container(String registryAndOrganisation) {
    require(flavor, "Flavor is empty");
    String tag = tag();
    require(registryAndOrganisation, "registry-and-org must be set");
    return registryAndOrganisation + "/" + flavor + ":" + tag;
  }

  /**
   * Full name of the image that versions are built on; it needs neither variant nor version.
   *
   * @param id of the build: {@code master}
   */
  public String baseContainer(String registryAndOrganisation, String id) {
    require(flavor, "Flavor is empty");
    require(flavorRelease, "FlavorRelease is empty");
    require(model, "Model is empty");
    require(architecture, "Arch is empty");
    require(id, "no id passed");
    require(registryAndOrganisation, "registry-and-org must be set");
    return registryAndOrganisation
        + "/"
        + flavor
        + ":"
        + flavorRelease
        + "-"
        + architecture
        + "-"
        + model
        + "-"
        + id;
  }

  private String versioned() {
    require(version, "Version is empty");
    require(variant, "Variant is empty");
    require(flavorRelease, "FlavorRelease is empty");
    require(model, "Model is empty");
    require(architecture, "Arch is empty");
    if (!softwareVersion.isEmpty()) {
      require(
          softwareVersionPrefix,
          "SoftwareVersionPrefix should be defined when SoftwareVersion is not empty");
    }
    String software =
        softwareVersion.isEmpty() ? "" : "-" + softwareVersionPrefix + softwareVersion;
    return flavorRelease
        + "-"
        + variant
        + "-"
        + architecture
        + "-"
        + model
        + "-"
        + version
        + software;
  }

  private static void require(String part, String otherwise) {
    if (part.isEmpty()) {
      throw new InvalidConfig(Problem.of(otherwise));
    }
  }

  /**
   * What a node runs, as its identity files say; a part that they do not know is empty.
   *
   * @param release of the node
   */
  public static ArtifactName of(KairosRelease release) {
    return new ArtifactName(
        part(release, "FLAVOR"),
        part(release, "FLAVOR_RELEASE"),
        part(release, "VARIANT"),
        release.find("TARGETARCH").or(() -> release.find("ARCH")).orElse(""),
        part(release, "MODEL"),
        part(release, "RELEASE"),
        part(release, "SOFTWARE_VERSION_PREFIX"),
        part(release, "SOFTWARE_VERSION"));
  }

  private static String part(KairosRelease release, String key) {
    return release.find(key).orElse("");
  }

  /**
   * What a built artifact is called after the root file system in it (without {@code kairos-}).
   * Missing facts leave empty places, as users know it.
   */
  public static String ofRootfs(Rootfs rootfs) {
    KairosRelease release = releaseOf(rootfs);
    if (release.kairos().isEmpty()) {
      return fact(release, "FLAVOR") + "-" + fact(release, "IMAGE_LABEL");
    }
    String architecture =
        release.findInOwnFile("ARCH").orElseGet(() -> fact(release, "TARGETARCH"));
    String name =
        String.join(
            "-",
            fact(release, "FLAVOR"),
            fact(release, "FLAVOR_RELEASE"),
            fact(release, "VARIANT"),
            architecture,
            fact(release, "MODEL"),
            fact(release, "VERSION"));
    String prefix = fact(release, "SOFTWARE_VERSION_PREFIX");
    String software = fact(release, "SOFTWARE_VERSION");
    boolean hasSoftware =
        fact(release, "VARIANT").equals("standard") && !prefix.isEmpty() && !software.isEmpty();
    return hasSoftware ? name + "-" + prefix + software : name;
  }

  /** Identity files of a root file system; a file that is missing is left out. */
  public static KairosRelease releaseOf(Rootfs rootfs) {
    return new KairosRelease(
        read(rootfs, KairosRelease.KAIROS_FILE), read(rootfs, KairosRelease.OS_FILE));
  }

  private static Optional<OsRelease> read(Rootfs rootfs, String path) {
    return rootfs
        .read(path)
        .map(content -> OsRelease.parse(path, new String(content, StandardCharsets.UTF_8)));
  }

  private static String fact(KairosRelease release, String key) {
    return release.findInOwnFile(key).orElse("");
  }
}
