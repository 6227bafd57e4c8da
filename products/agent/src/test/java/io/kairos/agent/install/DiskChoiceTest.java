package io.kairos.agent.install;

import static io.kairos.agent.install.Machines.GIB;
import static io.kairos.agent.install.Machines.disk;
import static io.kairos.agent.install.Machines.inUse;
import static io.kairos.agent.install.Machines.mounted;
import static io.kairos.agent.install.Machines.readOnly;
import static io.kairos.agent.install.Machines.removable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Bytes;
import io.kairos.base.Position;
import io.kairos.base.Refused;
import io.kairos.boot.Firmware;
import io.kairos.storage.Disk;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DiskChoiceTest {
  private static final Bytes NEEDED = GIB.times(10);
  private static final Optional<Position> HERE =
      Optional.of(new Position("/oem/90_custom.yaml", 4, 11));
  private static final Disk STICK = mounted(disk("sdx", GIB.times(64)), "/run/initramfs/live");

  @Test
  void theLargestDiskIsPickedAndOfEqualOnesTheFirst() {
    assertThat(automatic(disk("sda", GIB.times(20)), disk("sdb", GIB.times(40))).name())
        .isEqualTo("sdb");
    assertThat(automatic(disk("sda", GIB.times(20)), disk("sdb", GIB.times(20))).name())
        .isEqualTo("sda");
  }

  @Test
  void neitherTheBootMediumNorARemovableMountedOrReadOnlyDiskIsPicked() {
    assertThat(
            automatic(
                    STICK,
                    removable(disk("sdb", GIB.times(500))),
                    mounted(disk("sdc", GIB.times(400)), "/var"),
                    inUse(disk("sdd", GIB.times(300)), "as swap", Optional.empty()),
                    readOnly(disk("sde", GIB.times(200))),
                    disk("sdf", GIB.times(11)))
                .name())
        .isEqualTo("sdf");
  }

  @Test
  void whenNoDiskIsFitEachOneSaysWhy() {
    assertThatThrownBy(
            () ->
                automatic(
                    STICK, mounted(disk("sda", GIB.times(400)), "/var"), disk("sdb", GIB.times(2))))
        .isInstanceOf(Refused.class)
        .hasMessage(
            """
            found no disk to install to:
              /dev/sdx is the medium that this machine was booted from
              target device /dev/sda has mounted partitions: /dev/sda3 on /var
              the requested partitions size (10.0 GiB) does not fit in the target disk /dev/sdb (2.0 GiB)
              try: attach a disk of at least 10.0 GiB, or name one of these in install.device once it is free\
            """);
  }

  @Test
  void aMachineWithoutADisk() {
    assertThatThrownBy(DiskChoiceTest::automatic)
        .hasMessageStartingWith("found no disk to install to: this machine has no disk\n");
  }

  @Test
  void aDiskThatIsNotThere() {
    assertThatThrownBy(() -> named("/dev/sdq", false, disk("sda", GIB.times(20))))
        .isInstanceOf(Refused.class)
        .hasMessage(
            """
            /oem/90_custom.yaml:4:11: disk /dev/sdq does not exist
              try: set install.device to one of /dev/sda, or to 'auto' for the largest free one\
            """);
  }

  @Test
  void aPartitionIsNotADisk() {
    assertThatThrownBy(
            () -> named("/dev/sda3", false, mounted(disk("sda", GIB.times(20)), "/data")))
        .hasMessageContaining("/dev/sda3 is a partition of /dev/sda, not a disk");
  }

  @Test
  void aMountedDisk() {
    assertThatThrownBy(() -> named("/dev/sda", true, mounted(disk("sda", GIB.times(20)), "/var")))
        .hasMessage(
            """
            /oem/90_custom.yaml:4:11: target device /dev/sda has mounted partitions: /dev/sda3 on /var
              try: unmount it, or name another disk in install.device\
            """);
  }

  @Test
  void theBootMedium() {
    assertThatThrownBy(() -> named("/dev/sdx", true, STICK, disk("sda", GIB.times(20))))
        .hasMessageContaining("/dev/sdx is the medium that this machine was booted from")
        .hasMessageContaining("try: set install.device to one of /dev/sdx, /dev/sda");
  }

  @Test
  void aRemovableDiskIsUsedOnlyWhenTheUserInsists() {
    Disk stick = removable(disk("sdb", GIB.times(20)));

    assertThatThrownBy(() -> named("/dev/sdb", false, stick))
        .hasMessage(
            """
            /oem/90_custom.yaml:4:11: /dev/sdb is removable (QEMU HARDDISK)
              try: name another disk in install.device, or set install.force to use it anyway\
            """);
    assertThat(named("/dev/sdb", true, stick)).isEqualTo(stick);
  }

  @Test
  void aDiskThatIsTooSmall() {
    assertThatThrownBy(() -> named("/dev/sda", true, disk("sda", GIB.times(2))))
        .hasMessage(
            """
            /oem/90_custom.yaml:4:11: the requested partitions size (10.0 GiB) does not fit in the target disk /dev/sda (2.0 GiB)
              try: choose a larger disk, or smaller sizes in install.partitions\
            """);
  }

  private static Disk automatic(Disk... disks) {
    return new DiskChoice(Machines.with(Firmware.BIOS, disks), NEEDED).automatic();
  }

  private static Disk named(String device, boolean force, Disk... disks) {
    return new DiskChoice(Machines.with(Firmware.BIOS, disks), NEEDED).named(device, HERE, force);
  }
}
