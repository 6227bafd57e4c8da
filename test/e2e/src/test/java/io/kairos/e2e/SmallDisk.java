package io.kairos.e2e;

import io.kairos.formats.grubenv.GrubEnvironment;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk of 125 MiB with all that a boot looks at, made without a mount. Each partition has the
 * files of a folder of its name.
 *
 * @param folder of the disk and of those folders
 */
record SmallDisk(Path folder) {
  private static final Host HOST = LinuxHost.here();
  static final int MIB = 1 << 20;

  /** As the menu of the image; each entry of it as short as can be. */
  static final String MENU =
      """
      menuentry "${display_name}" --id cos {
      menuentry "${display_name} (fallback)" --id fallback {
      menuentry "${display_name} recovery" --id recovery {
      menuentry "${display_name} state reset (auto)" --id statereset {
      fi
      """;

  enum Part {
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

  Path file() {
    return folder.resolve("disk");
  }

  /** A node with three systems. */
  static SmallDisk installed(Path folder) throws IOException {
    var disk = new SmallDisk(folder);
    disk.install();
    return disk;
  }

  private void install() throws IOException {
    try (var file = new RandomAccessFile(file().toFile(), "rw")) {
      file.setLength(125L * MIB);
    }
    var script = new StringBuilder("label: gpt\nunit: sectors\n");
    script.append("start=2048, size=4096, type=21686148-6449-6E6F-744E-656564454649, name=bios\n");
    for (Part part : Part.values()) {
      script.append(
          "start=%d, size=%d, name=%s%n"
              .formatted(
                  part.start * 2048, part.size * 2048, part.name().toLowerCase(Locale.ROOT)));
    }
    HOST.run(Command.of("sfdisk", "-q", file().toString()).stdin(script.toString()));
    write(MIB, "core image");

    Path state = Files.createDirectories(folder.resolve("STATE/cOS")).getParent();
    Files.createDirectories(state.resolve("grub/i386-pc"));
    Files.writeString(state.resolve("grub/grub.cfg"), MENU);
    Files.writeString(state.resolve("grub/i386-pc/normal.mod"), "normal");
    Files.writeString(state.resolve("grubcustom"), "source grub_boot_assessment\n");
    Files.writeString(state.resolve("grub_boot_assessment"), "rules\n");
    image(state.resolve("cOS/active.img"), "COS_ACTIVE");
    image(state.resolve("cOS/passive.img"), "COS_PASSIVE");
    Path recovery = Files.createDirectories(folder.resolve("RECOVERY/cOS")).getParent();
    image(recovery.resolve("cOS/recovery.img"), "COS_SYSTEM");
    for (Part part : Part.values()) {
      format(part);
    }
  }

  /** The same content each time, but for the label. */
  void image(Path file, String label) throws IOException {
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
  void format(Part part) throws IOException {
    Path tree = Files.createDirectories(folder.resolve(part.name()));
    Path made = folder.resolve(part + ".part");
    Files.deleteIfExists(made);
    HOST.run(
        Command.of("mke2fs", "-q", "-t", "ext4", "-O", "^metadata_csum_seed", "-L", part.label)
            .with("-d", tree.toString(), made.toString(), part.size + "M"));
    put(part);
  }

  /** As its file has become. */
  void put(Part part) throws IOException {
    Path made = folder.resolve(part + ".part");
    try (var to = new RandomAccessFile(file().toFile(), "rw")) {
      to.seek((long) part.start * MIB);
      to.write(Files.readAllBytes(made));
    }
  }

  void write(long at, String text) throws IOException {
    try (var file = new RandomAccessFile(file().toFile(), "rw")) {
      file.seek(at);
      file.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  void variables(Part part, String file, Map<String, String> variables) throws IOException {
    Files.write(
        Files.createDirectories(folder.resolve(part.name())).resolve(file),
        new GrubEnvironment(new TreeMap<>(variables)).toBlock());
    format(part);
  }
}
