package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import io.kairos.formats.osrelease.OsRelease;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DistroDescriptorTest {
  private static OsRelease os(String id, String version) {
    return new OsRelease(Map.of("ID", id, "VERSION_ID", version));
  }

  @Test
  void everyShippedDescriptorLoads() {
    assertThat(DistroDescriptor.all())
        .isNotEmpty()
        .allSatisfy(distro -> assertThat(distro.packagesFor("amd64", "99")).isNotEmpty());
  }

  @Test
  void packagesDependOnTheRelease() {
    var debian = DistroDescriptor.of(os("debian", "13"));

    assertThat(debian.packagesFor("amd64", "13")).contains("systemd-cryptsetup");
    assertThat(debian.packagesFor("amd64", "12")).doesNotContain("systemd-cryptsetup");
  }

  @Test
  void packagesDependOnTheProcessor() {
    var debian = DistroDescriptor.of(os("debian", "13"));

    assertThat(debian.packagesFor("arm64", "13"))
        .contains("linux-image-arm64", "grub-efi-arm64-signed")
        .doesNotContain("linux-image-amd64", "grub-pc-bin");
  }

  @Test
  void equalRequestsAskForPackagesInTheSameOrder() {
    List<String> packages = DistroDescriptor.of(os("debian", "13")).packagesFor("amd64", "13");

    assertThat(packages).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aDerivativeIsTakenCareOfByWhatItIsLike() {
    var devuan = new OsRelease(Map.of("ID", "devuan", "ID_LIKE", "debian", "VERSION_ID", "5"));

    assertThat(DistroDescriptor.of(devuan).id()).isEqualTo("debian");
  }

  @Test
  void anUnknownDistributionIsRefusedWithTheNearestOne() {
    assertThatThrownBy(() -> ConvertSource.parse("debain:13"))
        .isInstanceOf(Refused.class)
        .hasMessage("unknown distribution 'debain:13'\n  try: did you mean 'debian:13'?");
  }

  @Test
  void aDistributionThatIsLikeNothingIsRefusedWithWhatIsKnown() {
    assertThatThrownBy(() -> ConvertSource.parse("plan9"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("debian:12, debian:13, dir:/path or an OCI layout");
  }

  @Test
  void anOldReleaseIsRefused() {
    assertThatThrownBy(() -> DistroDescriptor.of(os("debian", "11")))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("debian 12 or newer");
  }

  @Test
  void theMirrorReplacesTheFirstRepositoryAlone() {
    var debian = DistroDescriptor.of(os("debian", "13"));

    var repositories =
        debian.repositoriesFor(debian.releases().get("13"), Optional.of("http://mirror/debian"));

    assertThat(AptSources.render(repositories, "/keys.gpg"))
        .isEqualTo(
            """
            Types: deb
            URIs: http://mirror/debian
            Suites: trixie trixie-updates
            Components: main
            Signed-By: /keys.gpg

            Types: deb
            URIs: http://deb.debian.org/debian-security
            Suites: trixie-security
            Components: main
            Signed-By: /keys.gpg
            """);
  }
}
