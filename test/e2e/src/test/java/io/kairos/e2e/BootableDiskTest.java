package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.e2e.SmallDisk.Part;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.testkit.disk.View;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small disk in good order, and what is told of it when it is not. */
class BootableDiskTest {
  private static final Host HOST = LinuxHost.here();

  @TempDir Path folder;
  private SmallDisk disk;
  private BootableDisk judge;

  @BeforeEach
  void aDiskInGoodOrder() throws IOException {
    disk = SmallDisk.installed(folder);
    judge = new BootableDisk(HOST, folder);
    try (var channel = FileChannel.open(disk.file())) {
      judge.learn(View.of(channel));
    }
  }

  private BootableDisk.Boot boot() throws IOException {
    try (var channel = FileChannel.open(disk.file())) {
      return judge.boot(View.of(channel));
    }
  }

  @Test
  void theActiveSystemIsTakenFirst() throws IOException {
    assertThat(boot().entry()).isEqualTo("cos");
    assertThat(boot().complete()).containsExactly("cos", "fallback", "recovery");
    assertThat(boot().notes()).isEmpty();
  }

  @Test
  void theNextEntryIsTakenOnce() throws IOException {
    disk.variables(Part.OEM, "grubenv", Map.of("next_entry", "recovery"));
    assertThat(boot().entry()).isEqualTo("recovery");
  }

  @Test
  void aSystemThatWasTriedInVainIsLeft() throws IOException {
    disk.variables(Part.STATE, "boot_assessment", Map.of("enable_boot_assessment", "yes"));
    assertThat(boot().entry()).isEqualTo("cos");
    disk.variables(
        Part.STATE,
        "boot_assessment",
        Map.of("enable_boot_assessment", "yes", "boot_assessment_tentative", "yes"));
    assertThat(boot().entry()).isEqualTo("fallback");
  }

  @Test
  void anImageThatCannotBeLoadedMakesRoomForTheNext() throws IOException {
    Files.delete(folder.resolve("STATE/cOS/active.img"));
    disk.format(Part.STATE);
    assertThat(boot().entry()).isEqualTo("fallback");
    assertThat(boot().notes()).singleElement().asString().contains("cannot load /cOS/active.img");

    Files.delete(folder.resolve("STATE/cOS/passive.img"));
    disk.format(Part.STATE);
    assertThat(boot().entry()).isEqualTo("recovery");
  }

  /** GRUB loads what it finds; nobody sees what is wrong before the kernel runs. */
  @Test
  void anImageThatLacksSomethingIsNoSystem() throws IOException {
    Path active = folder.resolve("STATE/cOS/active.img");
    HOST.run(Command.of("debugfs", "-w", "-R", "rm /boot/initrd", active.toString()));
    HOST.run(
        Command.of(
            "debugfs", "-w", "-R", "write " + disk.file() + " /boot/initrd", active.toString()));
    disk.format(Part.STATE);
    assertThatThrownBy(this::boot)
        .hasMessageContaining("loads /cOS/active.img, which is not complete");
  }

  @Test
  void anImageWithTheLabelOfAnotherRoleIsNotFound() throws IOException {
    Path active = folder.resolve("STATE/cOS/active.img");
    HOST.run(Command.of("tune2fs", "-L", "COS_PASSIVE", active.toString()));
    disk.format(Part.STATE);
    assertThatThrownBy(this::boot)
        .hasMessageContaining("/cOS/active.img is labelled COS_PASSIVE instead of COS_ACTIVE");
  }

  @Test
  void aHalfWrittenMenuIsNone() throws IOException {
    Files.writeString(folder.resolve("STATE/grub/grub.cfg"), SmallDisk.MENU.substring(0, 90));
    disk.format(Part.STATE);
    assertThatThrownBy(this::boot).hasMessageContaining("the boot menu is not whole");
  }

  @Test
  void aDamagedGrubIsSeen() throws IOException {
    disk.write(SmallDisk.MIB, "core damaged");
    assertThatThrownBy(this::boot).hasMessageContaining("GRUB itself is damaged");
  }

  @Test
  void aModuleThatIsEmptyIsSeen() throws IOException {
    Files.writeString(folder.resolve("STATE/grub/i386-pc/normal.mod"), "");
    disk.format(Part.STATE);
    assertThatThrownBy(this::boot).hasMessageContaining("GRUB itself is damaged");
  }

  @Test
  void aDamagedTableIsSeen() throws IOException {
    disk.write(1024 + 60, "damage");
    assertThatThrownBy(this::boot)
        .hasMessageContaining("entries of the partition table are damaged");
  }

  @Test
  void aPartitionThatIsBeingFormattedIsNoted() throws IOException {
    disk.write(115L * SmallDisk.MIB + 1024 + 56, "\0\0");
    assertThat(boot().notes()).singleElement().asString().contains("persistent cannot be mounted");
  }
}
