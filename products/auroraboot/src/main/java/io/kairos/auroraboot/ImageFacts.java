package io.kairos.auroraboot;

import io.kairos.base.Bytes;
import io.kairos.base.Refused;
import io.kairos.formats.osrelease.KairosRelease;
import io.kairos.images.ArtifactName;
import io.kairos.images.Rootfs;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What building a medium has to know of an image.
 *
 * @param name of its artifacts, without {@code kairos-}
 * @param flavor distribution, for example {@code debian}
 * @param architecture as Go names it
 * @param contentSize sum of all files
 * @param volatilePaths what lies in folders that are empty in an image: {@code /run/lock}
 * @param missingFolders mount points that the image lacks
 * @param sbom beside the image
 */
record ImageFacts(
    String name,
    String flavor,
    String architecture,
    BootFiles bootFiles,
    Bytes contentSize,
    List<String> volatilePaths,
    List<String> missingFolders,
    Optional<Path> sbom) {
  /** Folders whose content belongs to a running system. */
  private static final List<String> VOLATILE =
      List.of("/mnt", "/proc", "/sys", "/dev", "/tmp", "/host", "/run");

  private static final List<String> FOLDERS =
      List.of("/run", "/dev", "/boot", "/usr/local", "/oem", "/proc", "/sys", "/tmp");

  ImageFacts {
    volatilePaths = List.copyOf(volatilePaths);
    missingFolders = List.copyOf(missingFolders);
  }

  /**
   * @throws Refused when the image cannot become a medium
   */
  static ImageFacts observe(SourceImage image) {
    Rootfs rootfs = image.rootfs();
    KairosRelease release = ArtifactName.releaseOf(rootfs);
    String flavor =
        release
            .find("FLAVOR")
            .orElseThrow(
                () ->
                    new Refused(
                        "the image does not say what it is: " + KairosRelease.KAIROS_FILE,
                        "use an image that `kairos convert` made"));
    String architecture =
        release
            .findInOwnFile("ARCH")
            .or(() -> release.findInOwnFile("TARGETARCH"))
            .map(word -> word.equals("x86_64") ? "amd64" : word)
            .orElse("amd64");
    if (!architecture.equals("amd64")) {
      throw new Refused(
          "the image is for " + architecture + ", this program writes ISOs for amd64",
          "convert the distribution for amd64");
    }
    return new ImageFacts(
        ArtifactName.ofRootfs(rootfs),
        flavor.toLowerCase(Locale.ROOT),
        architecture,
        BootFiles.locate(rootfs),
        image.contentSize(),
        VOLATILE.stream().flatMap(folder -> children(rootfs, folder)).toList(),
        FOLDERS.stream().filter(folder -> !rootfs.exists(folder)).toList(),
        image.sbom());
  }

  private static Stream<String> children(Rootfs rootfs, String folder) {
    return rootfs.list(folder).stream().map(name -> folder + "/" + name);
  }

  boolean isUbuntu() {
    return flavor.contains("ubuntu");
  }
}
