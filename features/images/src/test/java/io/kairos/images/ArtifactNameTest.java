package io.kairos.images;

import static io.kairos.images.TestImages.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.TestImages.Stack;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactNameTest {
  private static final ArtifactName UBUNTU =
      new ArtifactName(
          "ubuntu", "24.04", "standard", "amd64", "generic", "v3.2.1", "k3s", "v1.31.3+k3s1");
  private static final ArtifactName LEAP =
      new ArtifactName("opensuse", "leap-15.6", "core", "arm64", "rpi4", "v3.2.1", "", "");

  @TempDir Path folder;

  @Test
  void followsTheGrammar() {
    assertThat(UBUNTU.bootable())
        .isEqualTo("kairos-ubuntu-24.04-standard-amd64-generic-v3.2.1-k3sv1.31.3+k3s1");
    assertThat(UBUNTU.container("quay.io/kairos"))
        .isEqualTo("quay.io/kairos/ubuntu:24.04-standard-amd64-generic-v3.2.1-k3sv1.31.3-k3s1");
    assertThat(LEAP.container("quay.io/kairos"))
        .isEqualTo("quay.io/kairos/opensuse:leap-15.6-core-arm64-rpi4-v3.2.1");
  }

  @Test
  void aBaseHasNeitherVariantNorVersionButAnId() {
    var base = new ArtifactName("opensuse", "leap-15.6", "", "arm64", "rpi4", "", "", "");
    assertThat(base.baseContainer("quay.io/kairos", "master"))
        .isEqualTo("quay.io/kairos/opensuse:leap-15.6-arm64-rpi4-master");
    assertThatThrownBy(() -> base.baseContainer("quay.io/kairos", "")).hasMessage("no id passed");
    assertThatThrownBy(() -> base.baseContainer("", "x"))
        .hasMessage("registry-and-org must be set");
  }

  @Test
  void missingPartsAreNamedInTheirOrder() {
    var nothing = new ArtifactName("", "", "", "", "", "", "", "");

    assertThatThrownBy(nothing::tag)
        .isInstanceOf(InvalidConfig.class)
        .hasMessage("Version is empty");
    assertThatThrownBy(() -> nothing.container("quay.io/kairos")).hasMessage("Flavor is empty");
    assertThatThrownBy(() -> LEAP.container("")).hasMessage("registry-and-org must be set");
    assertThatThrownBy(
            () -> new ArtifactName("f", "r", "core", "amd64", "m", "v1", "", "v2").bootable())
        .hasMessage("SoftwareVersionPrefix should be defined when SoftwareVersion is not empty");
  }

  @Test
  void comesFromTheRootFileSystem() throws Exception {
    String release =
        """
        KAIROS_FLAVOR="ubuntu"
        KAIROS_FLAVOR_RELEASE="24.04"
        KAIROS_VARIANT="standard"
        KAIROS_TARGETARCH="amd64"
        KAIROS_MODEL="generic"
        KAIROS_VERSION="v3.5.0"
        KAIROS_SOFTWARE_VERSION="v1.33.1+k3s1"
        KAIROS_SOFTWARE_VERSION_PREFIX="k3s"
        """;
    String expected = "ubuntu-24.04-standard-amd64-generic-v3.5.0-k3sv1.33.1+k3s1";

    Flattened image = Stack.of(file("etc/kairos-release", release)).flattened(folder);
    assertThat(ArtifactName.ofRootfs(image)).isEqualTo(expected);

    Path root = folder.resolve("root");
    Files.createDirectories(root.resolve("etc"));
    Files.writeString(root.resolve("etc/kairos-release"), release);
    assertThat(ArtifactName.ofRootfs(new DirectoryRootfs(LinuxHost.here().at(root))))
        .isEqualTo(expected);
  }

  @Test
  void oldImagesAreNamedAfterTheirLabel() {
    Flattened image =
        Stack.of(file("etc/os-release", "KAIROS_FLAVOR=debian\nKAIROS_IMAGE_LABEL=v1\n"))
            .flattened(folder);

    assertThat(ArtifactName.ofRootfs(image)).isEqualTo("debian-v1");
  }
}
