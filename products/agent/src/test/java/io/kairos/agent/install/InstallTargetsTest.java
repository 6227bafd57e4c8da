package io.kairos.agent.install;

import static io.kairos.agent.install.Machines.GIB;
import static io.kairos.agent.install.Machines.disk;
import static io.kairos.agent.install.Machines.mounted;
import static io.kairos.agent.install.Machines.removable;
import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.agent.install.InstallTargets.Target;
import io.kairos.base.Bytes;
import io.kairos.boot.Firmware;
import io.kairos.storage.Disk;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InstallTargetsTest {
  private static InstallTargets of(Disk... disks) {
    return InstallTargets.of(Machines.with(Firmware.BIOS, disks));
  }

  @Test
  void automaticIsTheLargestThatNothingSpeaksAgainst() {
    InstallTargets found =
        of(
            disk("sda", GIB.times(10)),
            disk("sdb", GIB.times(20)),
            mounted(disk("sdc", GIB.times(40)), "/var"),
            removable(disk("sdd", GIB.times(80))));
    assertThat(found.automatic()).contains(Path.of("/dev/sdb"));
    assertThat(found.targets())
        .extracting(target -> target.disk().name(), target -> target.objection().isPresent())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("sda", false),
            org.assertj.core.groups.Tuple.tuple("sdb", false),
            org.assertj.core.groups.Tuple.tuple("sdc", true),
            org.assertj.core.groups.Tuple.tuple("sdd", true));
  }

  @Test
  void whatIsSmallerThanAGibibyteIsNotShown() {
    InstallTargets found = of(disk("sda", Bytes.ofMib(1023)), disk("sdb", GIB));
    assertThat(found.targets()).extracting(target -> target.disk().name()).containsExactly("sdb");
  }

  @Test
  void aMachineWithoutAFreeDiskHasNoAutomaticOne() {
    InstallTargets found = of(mounted(disk("sda", GIB.times(40)), "/run/initramfs/live"));
    assertThat(found.automatic()).isEmpty();
    assertThat(found.targets().getFirst())
        .extracting(Target::objection)
        .asString()
        .contains("the medium that this machine was booted from");
  }
}
