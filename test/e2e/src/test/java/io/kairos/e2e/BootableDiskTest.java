package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.formats.grubenv.GrubEnvironment;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.testkit.disk.View;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small disk in good order, and what is told of it when it is not. */
class BootableDiskTest {
  private static final Host HOST = LinuxHost.here();
  private static final int MIB = 1 << 20;

  /** As the menu of the image; each entry of it as short as can be. */
  private static final String MENU =
      """
      menuentry "${display_name}" --id cos {
      menuentry "${display_name} (fallback)" --id fallback {
      menuentry "${display_name} recovery" --id recovery {
      menuentry "${display_name} state reset (auto)" --id statereset {
      fi
      """;

  private enum Part {
    OEM(3, 8, "COS_OEM"),
    RECOVERY(11, 40, "COS_RECOVERY"),
    STATE(51, 64, "COS_STATE"),
    PERSISTENT(115, 8, "COS_PERSISTENT");

    private final int start;
    private final int size;
    private final String label;

    Part(int start, int size, String label) {
      this.start = start;
      this.size = size;
      this.label = label;
    }
  }

  @TempDir Path folder;
  private Path disk;
  private BootableDisk judge;

  @BeforeEach
  void aDiskInGoodOrder() throws IOException {
    disk = folder.resolve("disk");
    try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.setLength(125L * MIB);
    }
    var script = new StringBuilder("label: gpt\nunit: sectors\n");
    script.append("start=2048, size=4096, type=21686148-6449-6E6F-744E-656564454649, name=bios\n");
    for (Part part : Part.values()) {
      script.append(
          "start=%d, size=%d, name=%s%n"
              .formatted(
                  part.start * 2048,
                  part.size * 2048,
                  part.name().toLowerCase(java.util.Locale.ROOT)));
    }
    HOST.run(Command.of("sfdisk", "-q", disk.toString()).stdin(script.toString()));
    write(MIB, "core image");

    Path state = Files.createDirectories(folder.resolve("STATE/cOS")).getParent();
    Files.createDirectories(state.resolve("grub2/i386-pc"));
    Files.writeString(state.resolve("grub2/grub.cfg"), MENU);
    Files.writeString(state.resolve("grub2/i386-pc/normal.mod"), "normal");
    Files.writeString(state.resolve("grubcustom"), "source grub_boot_assessment\n");
    Files.writeString(state.resolve("grub_boot_assessment"), "rules\n");
    image(state.resolve("cOS/active.img"), "COS_ACTIVE");
    image(state.resolve("cOS/passive.img"), "COS_PASSIVE");
    Path recovery = Files.createDirectories(folder.resolve("RECOVERY/cOS")).getParent();
    image(recovery.resolve("cOS/recovery.img"), "COS_SYSTEM");
    for (Part part : Part.values()) {
      format(part);
    }
    judge = new BootableDisk(HOST, folder);
    try (var channel = FileChannel.open(disk)) {
      judge.learn(View.of(channel));
    }
  }

  private void image(Path file, String label) throws IOException {
    Path tree = folder.resolve("system");
    if (!Files.exists(tree)) {
      Files.createDirectories(tree.resolve("etc/cos"));
      Files.createDirectories(tree.resolve("boot"));
      Files.writeString(tree.resolve("etc/cos/bootargs.cfg"), "set kernel=/boot/vmlinuz\n");
      byte[] kernel = new byte[3 * MIB];
      new Random(1).nextBytes(kernel);
      Files.write(tree.resolve("boot/vmlinuz-6"), kernel);
      Files.createSymbolicLink(tree.resolve("boot/vmlinuz"), Path.of("vmlinuz-6"));
      Files.writeString(tree.resolve("boot/initrd"), "initrd");
    }
    HOST.run(
        Command.of("mke2fs", "-q", "-t", "ext2", "-b", "4096", "-L", label, "-d")
            .with(tree.toString(), file.toString(), "16M")
            .env("E2FSPROGS_FAKE_TIME", "1"));
  }

  /** With the files of a folder of its name. */
  private void format(Part part) throws IOException {
    Path tree = Files.createDirectories(folder.resolve(part.name()));
    Path made = folder.resolve(part + ".part");
    Files.deleteIfExists(made);
    HOST.run(
        Command.of("mke2fs", "-q", "-t", "ext4", "-O", "^metadata_csum_seed", "-L", part.label)
            .with("-d", tree.toString(), made.toString(), part.size + "M"));
    try (var to = new RandomAccessFile(disk.toFile(), "rw")) {
      to.seek((long) part.start * MIB);
      to.write(Files.readAllBytes(made));
    }
  }

  private void write(long at, String text) throws IOException {
    try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.seek(at);
      file.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private BootableDisk.Boot boot() throws IOException {
    try (var channel = FileChannel.open(disk)) {
      return judge.boot(View.of(channel));
    }
  }

  private void variables(Part part, String file, Map<String, String> variables) throws IOException {
    Files.write(
        Files.createDirectories(folder.resolve(part.name())).resolve(file),
        new GrubEnvironment(new TreeMap<>(variables)).toBlock());
    format(part);
  }

  @Test
  void theActiveSystemIsTakenFirst() throws IOException {
    assertThat(boot().entry()).isEqualTo("cos");
    assertThat(boot().complete()).containsExactly("cos", "fallback", "recovery");
    assertThat(boot().notes()).isEmpty();
  }

  @Test
  void theNextEntryIsTakenOnce() throws IOException {
    variables(Part.OEM, "grubenv", Map.of("next_entry", "recovery"));
    assertThat(boot().entry()).isEqualTo("recovery");
  }

  @Test
  void aSystemThatWasTriedInVainIsLeft() throws IOException {
    variables(Part.STATE, "boot_assessment", Map.of("enable_boot_assessment", "yes"));
    assertThat(boot().entry()).isEqualTo("cos");
    variables(
        Part.STATE,
        "boot_assessment",
        Map.of("enable_boot_assessment", "yes", "boot_assessment_tentative", "yes"));
    assertThat(boot().entry()).isEqualTo("fallback");
  }

  @Test
  void anImageThatCannotBeLoadedMakesRoomForTheNext() throws IOException {
    Files.delete(folder.resolve("STATE/cOS/active.img"));
    format(Part.STATE);
    assertThat(boot().entry()).isEqualTo("fallback");
    assertThat(boot().notes()).singleElement().asString().contains("cannot load /cOS/active.img");

    Files.delete(folder.resolve("STATE/cOS/passive.img"));
    format(Part.STATE);
    assertThat(boot().entry()).isEqualTo("recovery");
  }

  /** GRUB loads what it finds; nobody sees what is wrong before the kernel runs. */
  @Test
  void anImageThatLacksSomethingIsNoSystem() throws IOException {
    Path active = folder.resolve("STATE/cOS/active.img");
    HOST.run(Command.of("debugfs", "-w", "-R", "rm /boot/initrd", active.toString()));
    HOST.run(
        Command.of("debugfs", "-w", "-R", "write " + disk + " /boot/initrd", active.toString()));
    format(Part.STATE);
    assertThatThrownBy(this::boot)
        .hasMessageContaining("loads /cOS/active.img, which is not complete");
  }

  @Test
  void anImageWithTheLabelOfAnotherRoleIsNotFound() throws IOException {
    Path active = folder.resolve("STATE/cOS/active.img");
    HOST.run(Command.of("tune2fs", "-L", "COS_PASSIVE", active.toString()));
    format(Part.STATE);
    assertThatThrownBy(this::boot)
        .hasMessageContaining("/cOS/active.img is labelled COS_PASSIVE instead of COS_ACTIVE");
  }

  @Test
  void aHalfWrittenMenuIsNone() throws IOException {
    Files.writeString(folder.resolve("STATE/grub2/grub.cfg"), MENU.substring(0, 90));
    format(Part.STATE);
    assertThatThrownBy(this::boot).hasMessageContaining("the boot menu is not whole");
  }

  @Test
  void aDamagedGrubIsSeen() throws IOException {
    write(MIB, "core damaged");
    assertThatThrownBy(this::boot).hasMessageContaining("GRUB itself is damaged");
  }

  @Test
  void aModuleThatIsEmptyIsSeen() throws IOException {
    Files.writeString(folder.resolve("STATE/grub2/i386-pc/normal.mod"), "");
    format(Part.STATE);
    assertThatThrownBy(this::boot).hasMessageContaining("GRUB itself is damaged");
  }

  @Test
  void aDamagedTableIsSeen() throws IOException {
    write(1024 + 60, "damage");
    assertThatThrownBy(this::boot)
        .hasMessageContaining("entries of the partition table are damaged");
  }

  @Test
  void aPartitionThatIsBeingFormattedIsNoted() throws IOException {
    write(115L * MIB + 1024 + 56, "\0\0");
    assertThat(boot().notes()).singleElement().asString().contains("persistent cannot be mounted");
  }
}
