package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageInventoryTest {
  private static final String STATUS =
      """
      Package: rsync
      Status: install ok installed
      Maintainer: Samuel Henrique <samueloph@debian.org>
      Architecture: amd64
      Version: 3.4.1+ds1-5
      Description: fast copying
       Status: not a field

      Package: zlib1g
      Status: install ok installed
      Architecture: amd64
      Source: zlib (1:1.3)
      Version: 1:1.3.dfsg+really1.3.1-1+b1

      Package: removed
      Status: deinstall ok config-files
      Version: 1
      """;

  private static ImageInventory inventory() {
    return new ImageInventory(
        "kairos-debian-13-core-amd64-generic-v1.2.3",
        "debian:13",
        ImageVersion.parse("1.2.3"),
        Instant.parse("2026-11-21T09:15:44Z"),
        List.of(
            new RepositoryIndex(
                "http://deb.debian.org/debian",
                "trixie",
                "ab".repeat(32),
                Instant.parse("2026-11-21T09:15:44Z"))),
        InstalledPackage.ofDpkgStatus(STATUS),
        Map.of("rsync 3.4.1+ds1-5 amd64", "cd".repeat(32)),
        "ef".repeat(32));
  }

  @Test
  void packagesThatWereRemovedAreNotListed() {
    assertThat(InstalledPackage.ofDpkgStatus(STATUS))
        .extracting(InstalledPackage::name, InstalledPackage::source)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("rsync", "rsync"),
            org.assertj.core.groups.Tuple.tuple("zlib1g", "zlib"));
  }

  @Test
  void theUpstreamVersionHasNeitherEpochNorRevision() {
    assertThat(Facts.installed("openssh-server", "1:10.0p1-7+deb13u4").upstreamVersion())
        .isEqualTo("10.0p1");
  }

  @Test
  void theLockSaysWhatWentIn() throws IOException {
    Golden.assertMatches("kairos.lock.yaml", inventory().lock());
  }

  @Test
  void theSbomIsSpdx() throws IOException {
    Golden.assertMatches("sbom.spdx.json", inventory().sbom("debian"));
  }
}
