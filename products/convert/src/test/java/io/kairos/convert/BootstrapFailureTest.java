package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.HostFailure;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BootstrapFailureTest {
  private static String explained(String stderr) {
    return BootstrapFailure.explained(
            "debian:13",
            Path.of("/work/scratch"),
            new HostFailure("`mmdebstrap` failed\n" + stderr))
        .getMessage();
  }

  @Test
  void aTruncatedPackageIsTheMirrorsFault() {
    assertThat(
            explained(
                "    E: Failed to fetch http://m/rsync.deb  File has unexpected size (12 != 431044)."
                    + " Mirror sync in progress?"))
        .startsWith("cannot bootstrap debian:13: the mirror sent a file of another size")
        .contains("http://m/rsync.deb")
        .contains("\n  try: try again, check the network");
  }

  @Test
  void aFullDiskIsNamedWithItsPlace() {
    assertThat(explained("tar: write error: No space left on device"))
        .contains("no space left")
        .contains("try: make room for 4 GiB on the file system of /work/scratch");
  }

  @Test
  void whatWeDoNotKnowStaysAsItWas() {
    assertThat(explained("E: dpkg was interrupted"))
        .isEqualTo("`mmdebstrap` failed\nE: dpkg was interrupted");
  }
}
