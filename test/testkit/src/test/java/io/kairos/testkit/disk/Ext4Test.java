package io.kairos.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our eyes for file systems, against those of e2fsprogs, GRUB and the kernel. */
class Ext4Test {
  private static final Host HOST = LinuxHost.here();
  private static final Kernel KERNEL = HOST.kernel();

  @TempDir Path folder;

  static boolean canMount() {
    return "root".equals(System.getProperty("user.name"))
        && Files.exists(Path.of("/dev/loop-control"));
  }

  private Path tree() throws IOException {
    Path tree = Files.createDirectories(folder.resolve("tree"));
    Files.createDirectories(tree.resolve("boot"));
    byte[] large = new byte[9 << 20];
    new Random(1).nextBytes(large);
    Files.write(tree.resolve("boot/vmlinuz-6.1"), large);
    Files.createSymbolicLink(tree.resolve("boot/vmlinuz"), Path.of("vmlinuz-6.1"));
    Files.createSymbolicLink(tree.resolve("kernel"), Path.of("/boot/vmlinuz"));
    Files.createSymbolicLink(tree.resolve("far"), Path.of("/boot/" + "./".repeat(40) + "vmlinuz"));
    Path many = Files.createDirectories(tree.resolve("many"));
    for (int i = 0; i < 600; i++) {
      Files.writeString(many.resolve("a-name-of-some-length-" + i), "content " + i);
    }
    try (var sparse =
        FileChannel.open(
            tree.resolve("sparse"),
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.WRITE)) {
      sparse.write(java.nio.ByteBuffer.wrap(new byte[] {1, 2, 3}), 20 << 20);
    }
    return tree;
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4 4096", "ext4 1024", "ext2 4096", "ext2 1024", "ext3 4096"})
  void everyFileIsReadAsItWasWritten(String kind) throws IOException {
    Path tree = tree();
    Path image = folder.resolve("image");
    String[] words = kind.split(" ");
    HOST.run(
        Command.of("mke2fs", "-q", "-t", words[0], "-b", words[1], "-L", "COS_ACTIVE")
            .with("-d", tree.toString(), image.toString(), "96M"));

    try (var channel = FileChannel.open(image)) {
      Ext4 read = Ext4.recovered(View.of(channel));
      assertThat(read.label()).contains("COS_ACTIVE");
      assertThat(read.list("/"))
          .containsExactly("boot", "far", "kernel", "lost+found", "many", "sparse");
      assertThat(read.list("/many")).hasSize(600);
      for (String path : List.of("/boot/vmlinuz-6.1", "/boot/vmlinuz", "/kernel", "/far")) {
        assertThat(read.bytes(path))
            .as(path)
            .isEqualTo(Files.readAllBytes(tree.resolve("boot/vmlinuz-6.1")));
      }
      assertThat(read.bytes("/many/a-name-of-some-length-599")).asString().isEqualTo("content 599");
      assertThat(read.bytes("/sparse")).isEqualTo(Files.readAllBytes(tree.resolve("sparse")));
      assertThat(read.exists("/boot/nothing")).isFalse();
      assertThatThrownBy(() -> read.file("/boot")).hasMessageContaining("no regular file");
    }
  }

  /**
   * A kernel writes to a file system whose power is cut at many moments. What we see without the
   * journal is what GRUB sees; what we see with it is what e2fsck makes of it.
   */
  @Test
  @EnabledIf(value = "canMount", disabledReason = "needs root and loop devices")
  void afterAPowerCutWeSeeWhatGrubAndTheKernelSee() throws IOException {
    assumeTrue(HOST.hasProgram("grub-fstest"), "grub-fstest is missing: package grub-common");
    Path image = folder.resolve("disk");
    HOST.run(
        Command.of("mke2fs", "-q", "-t", "ext4", "-O", "^metadata_csum_seed", "-L", "COS_STATE")
            .with(image.toString(), "64M"));
    Path at = Files.createDirectories(folder.resolve("mnt"));
    int differing = 0;
    Path loop = KERNEL.attachLoop(image, false);
    try {
      KERNEL.mount(loop.toString(), at, "ext4", Set.of(), "");
      try {
        var random = new Random(3);
        Files.createDirectory(at.resolve("cOS"));
        for (int i = 0; i < 40; i++) {
          change(at.resolve("cOS"), random, i);
          Path cut = Files.copy(image, folder.resolve("cut"), StandardCopyOption.REPLACE_EXISTING);
          differing += compare(cut) ? 1 : 0;
        }
      } finally {
        KERNEL.unmount(at);
      }
    } finally {
      KERNEL.detachLoop(loop);
    }
    assertThat(differing).as("moments at which the journal matters").isPositive();
  }

  private static void change(Path cos, Random random, int round) throws IOException {
    byte[] content = new byte[random.nextInt(200_000)];
    random.nextBytes(content);
    Path aside = Files.write(cos.resolve("transition" + round % 3), content);
    KERNEL.sync(aside);
    Files.move(
        aside,
        cos.resolve("active" + random.nextInt(4)),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    if (round % 5 == 0) {
      Path directory = Files.createDirectories(cos.resolve("folder" + round));
      Files.delete(directory); // its block is revoked
    }
    if (round % 2 == 0) {
      KERNEL.sync(cos);
    }
    if (round % 7 == 0) {
      KERNEL.syncFileSystem(cos);
    }
  }

  /** Whether the two views of a disk are different. */
  private boolean compare(Path cut) throws IOException {
    Map<String, String> raw;
    Map<String, String> recovered;
    try (var channel = FileChannel.open(cut)) {
      raw = content(Ext4.raw(View.of(channel)));
      recovered = content(Ext4.recovered(View.of(channel)));
    }
    assertThat(raw).isEqualTo(seenByGrub(cut, raw));
    HOST.run(Command.of("e2fsck", "-E", "journal_only", "-y", cut.toString()).expecting(0, 1));
    try (var channel = FileChannel.open(cut)) {
      assertThat(recovered).isEqualTo(content(Ext4.raw(View.of(channel))));
    }
    HOST.run(Command.of("e2fsck", "-f", "-p", cut.toString()).expecting(0, 1));
    assertThat(HOST.run(Command.of("debugfs", "-R", "ls -p /cOS", cut.toString())).stdout().lines())
        .filteredOn(line -> !line.isBlank() && !line.contains("/./") && !line.contains("/../"))
        .hasSize(recovered.size());
    return !raw.equals(recovered);
  }

  private static Map<String, String> content(Ext4 seen) throws IOException {
    Map<String, String> content = new TreeMap<>();
    if (seen.exists("/cOS")) {
      for (String name : seen.list("/cOS")) {
        content.put(name, seen.file("/cOS/" + name).digest());
      }
    }
    return content;
  }

  private Map<String, String> seenByGrub(Path cut, Map<String, String> expected)
      throws IOException {
    Map<String, String> content = new TreeMap<>();
    String listed =
        HOST.run(Command.of("grub-fstest", cut.toString(), "ls", "(loop0)/cOS/").expecting(0, 1))
            .stdout();
    for (String name : listed.strip().split("\\s+")) {
      if (!name.isEmpty() && !name.endsWith("/")) {
        Path copy = folder.resolve("grub-copy");
        HOST.run(
            Command.of(
                "grub-fstest", cut.toString(), "cp", "(loop0)/cOS/" + name, copy.toString()));
        try (var channel = FileChannel.open(copy)) {
          content.put(name, View.of(channel).digest());
        }
        Files.delete(copy);
      }
    }
    assertThat(content.keySet()).isEqualTo(expected.keySet());
    return content;
  }
}
