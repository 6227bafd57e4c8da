package io.kairos.formats.osrelease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OsReleaseTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "A=debian | debian",
        "A=\"Debian GNU/Linux 13 (trixie)\" | Debian GNU/Linux 13 (trixie)",
        "A='single $x' | single $x",
        "A=\"say \\\"hi\\\" for \\$5\" | say \"hi\" for $5",
        "A=\"back\\slash\" | back\\slash",
        "A=a\\ b | a b",
        "A=x # comment | x",
        "  A=x   | x",
        "A=one\"two\"'three' | onetwothree",
      })
  void readsWhatAShellReads(String line, String value) {
    assertThat(OsRelease.parse("f", "# comment\n\n" + line + "\n").find("A")).contains(value);
  }

  @Test
  void lastAssignmentCounts() {
    assertThat(OsRelease.parse("f", "A=1\nA=2\n").values()).isEqualTo(Map.of("A", "2"));
  }

  @Test
  void everyOtherLineIsAProblemWithItsPosition() {
    assertThatThrownBy(() -> OsRelease.parse("/etc/os-release", "A=1\nnonsense\nB=\"open\nC=a b\n"))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("/etc/os-release:2:1: expected NAME=value, found: nonsense")
        .hasMessageContaining("/etc/os-release:3:1: unbalanced quotes")
        .hasMessageContaining("/etc/os-release:4:1: ");
  }

  @Test
  void writesWhatItReads() {
    var values = new LinkedHashMap<String, String>();
    values.put("KAIROS_VERSION", "v1.2.3+k3s1");
    values.put("B", "quotes \" dollars $ ticks ` back\\slashes '");
    var release = new OsRelease(values);

    assertThat(release.render()).startsWith("KAIROS_VERSION=\"v1.2.3+k3s1\"\n");
    assertThat(OsRelease.parse("f", release.render())).isEqualTo(release);
    assertThat(release.with(Map.of("KAIROS_VERSION", "v2")).render())
        .startsWith("KAIROS_VERSION=\"v2\"\nB=");
  }

  @Test
  void prefixedKeysOfTheOwnFileComeFirst() {
    Optional<OsRelease> own =
        Optional.of(OsRelease.parse("k", "KAIROS_FLAVOR=debian\nMODEL=generic\n"));
    Optional<OsRelease> os =
        Optional.of(OsRelease.parse("o", "KAIROS_MODEL=old\nID=debian\nFLAVOR=x\n"));
    var release = new KairosRelease(own, os);

    assertThat(release.find("FLAVOR")).contains("debian");
    assertThat(release.find("MODEL")).contains("generic");
    assertThat(release.find("ID")).contains("debian");
    assertThat(release.find("NOTHING")).isEmpty();
    assertThat(release.findInOwnFile("ID")).isEmpty();
    assertThat(new KairosRelease(Optional.empty(), os).findInOwnFile("MODEL")).contains("old");
  }
}
