package io.kairos.images;

import static io.kairos.images.TestImages.EPOCH;
import static io.kairos.images.TestImages.KERNEL;
import static io.kairos.images.TestImages.directory;
import static io.kairos.images.TestImages.file;
import static io.kairos.images.TestImages.hardLink;
import static io.kairos.images.TestImages.symlink;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.Refused;
import io.kairos.formats.tar.Octets;
import io.kairos.formats.tar.TarEntry;
import io.kairos.formats.tar.TarEntry.Kind;
import io.kairos.images.TestImages.Member;
import io.kairos.images.TestImages.Stack;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What really arrives on a file system. */
class RootOnDiskTest {
  /** cap_setuid+ep as setcap writes it: octets that are no UTF-8 (linux/capability.h). */
  private static final Octets CAP_SETUID =
      Octets.of(HexFormat.of().parseHex("0100000280000000000000000000000000000000"));

  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void onlyRootMayGiveFilesAway() {
    assumeTrue(FileFacts.of(Path.of("/proc/self")).uid() == 0, "needs root for owners and devices");
    root = folder.resolve("root");
  }

  private static Member entry(
      Kind kind,
      String name,
      int mode,
      int major,
      int minor,
      SortedMap<String, Octets> attributes) {
    return new Member(
        new TarEntry(
            name,
            kind,
            mode,
            1000,
            2000,
            Instant.ofEpochSecond(1_234_567_890),
            0,
            "",
            major,
            minor,
            attributes),
        "");
  }

  private static Member entry(Kind kind, String name, int mode, int major, int minor) {
    return entry(kind, name, mode, major, minor, Collections.emptySortedMap());
  }

  private void unpack(Stack stack) {
    new Unpacker(KERNEL, UnpackOptions.ROOT_FILE_SYSTEM).unpack(stack.flattened(folder), root);
  }

  @Test
  void ownersModesAndTimesArrive() {
    unpack(
        Stack.of(
            entry(Kind.DIRECTORY, "d", 01777, 0, 0),
            entry(Kind.FILE, "d/setuid", 06755, 0, 0),
            file("d/later", "changes the time of its directory")));

    assertThat(FileFacts.of(root.resolve("d")))
        .extracting("mode", "uid", "gid")
        .containsExactly(FileFacts.S_IFDIR | 01777, 1000, 2000);
    assertThat(FileFacts.of(root.resolve("d/setuid")))
        .extracting("mode", "uid", "gid")
        .containsExactly(FileFacts.S_IFREG | 06755, 1000, 2000);
    assertThat(FileFacts.of(root.resolve("d")).modified().toInstant())
        .isEqualTo(Instant.ofEpochSecond(1_234_567_890));
    assertThat(FileFacts.of(root.resolve("d/setuid")).modified().toInstant())
        .isEqualTo(Instant.ofEpochSecond(1_234_567_890));
  }

  @Test
  void capabilitiesArriveOctetForOctet() {
    var attributes = new TreeMap<String, Octets>();
    attributes.put("security.capability", CAP_SETUID);
    attributes.put("user.note", Octets.of(new byte[] {1, 0, -1}));
    unpack(Stack.of(entry(Kind.FILE, "newuidmap", 0755, 0, 0, attributes)));

    var found = KERNEL.extendedAttributes(root.resolve("newuidmap"));
    assertThat(found.get("security.capability")).isEqualTo(CAP_SETUID.toArray());
    assertThat(found.get("user.note")).containsExactly(1, 0, -1);
  }

  @Test
  void deviceNodesAndFifosArrive() {
    unpack(
        Stack.of(
            entry(Kind.CHARACTER_DEVICE, "dev/null", 0666, 1, 3),
            entry(Kind.BLOCK_DEVICE, "dev/big", 0660, 259, 70000),
            entry(Kind.FIFO, "dev/initctl", 0600, 0, 0)));

    FileFacts zero = FileFacts.of(root.resolve("dev/null"));
    assertThat(zero.mode()).isEqualTo(FileFacts.S_IFCHR | 0666);
    assertThat(zero.deviceMajor()).isEqualTo(1);
    assertThat(zero.deviceMinor()).isEqualTo(3);
    FileFacts big = FileFacts.of(root.resolve("dev/big"));
    assertThat(big.mode()).isEqualTo(FileFacts.S_IFBLK | 0660);
    assertThat(big.deviceMajor()).isEqualTo(259);
    assertThat(big.deviceMinor()).isEqualTo(70000);
    assertThat(FileFacts.of(root.resolve("dev/initctl")).mode())
        .isEqualTo(FileFacts.S_IFIFO | 0600);
  }

  @Test
  void deviceNodesAreRefusedOrSkippedWhereTheyMayNotBe() {
    Flattened image =
        Stack.of(entry(Kind.CHARACTER_DEVICE, "mem", 0666, 1, 1), hardLink("also", "mem"))
            .flattened(folder);
    var refusing =
        new UnpackOptions(UnpackOptions.Ownership.RECORDED, UnpackOptions.Devices.REFUSE);

    assertThatThrownBy(() -> new Unpacker(KERNEL, refusing).unpack(image, root))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("is a device node");
    assertThat(root).doesNotExist();

    new Unpacker(KERNEL, UnpackOptions.TO_LOOK_AT).unpack(image, root);
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void hardLinksShareAnInodeAndLinksStayLinks() throws Exception {
    unpack(
        Stack.of(
            file("a", "shared"),
            hardLink("z/b", "a"),
            symlink("s", "/etc/shadow"),
            hardLink("t", "s")));

    assertThat(FileFacts.of(root.resolve("z/b")).inode())
        .isEqualTo(FileFacts.of(root.resolve("a")).inode());
    assertThat(Files.readSymbolicLink(root.resolve("t"))).isEqualTo(Path.of("/etc/shadow"));
  }

  @Test
  void targetMustBeEmptySaveForLostAndFound() throws Exception {
    Flattened image = Stack.of(file("a", "x")).flattened(folder);
    Files.createDirectories(root.resolve("lost+found"));
    var unpacker = new Unpacker(KERNEL, UnpackOptions.ROOT_FILE_SYSTEM);

    unpacker.unpack(image, root);
    assertThat(root.resolve("a")).hasContent("x");
    assertThatThrownBy(() -> unpacker.unpack(image, root))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("is not empty: it holds ");
  }

  @Test
  void failedUnpackLeavesTheTargetEmpty() {
    var impossible = new TreeMap<String, Octets>();
    impossible.put("nonsense.attribute", Octets.of(new byte[] {1}));
    Stack stack = Stack.of(file("a/b/c", "x"), entry(Kind.FILE, "z", 0644, 0, 0, impossible));

    assertThatThrownBy(() -> unpack(stack)).hasMessageContaining("nonsense.attribute");
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void whatWasUnpackedPacksToTheSameLayer() {
    var attributes = new TreeMap<String, Octets>();
    attributes.put("security.capability", CAP_SETUID);
    Stack stack =
        Stack.of(
            directory("bin"),
            entry(Kind.FILE, "bin/ping", 0755, 0, 0, attributes),
            file("bin/ä", "not ASCII"),
            hardLink("bin/ö", "bin/ä"),
            file("n".repeat(90) + "/" + "m".repeat(200), "long"),
            entry(Kind.DIRECTORY, "tmp", 01777, 0, 0),
            symlink("tmp/s", "l".repeat(300)));
    unpack(stack);

    Descriptor once = pack(root, "once");
    Path again = folder.resolve("again");
    new Unpacker(KERNEL, UnpackOptions.ROOT_FILE_SYSTEM)
        .unpack(Flattened.of(OciLayout.open(folder.resolve("once")).image()), again);
    assertThat(pack(again, "twice").digest()).isEqualTo(once.digest());
    assertThat(Files.exists(again.resolve("tmp/s"), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  private Descriptor pack(Path tree, String name) {
    try (var builder =
        ImageBuilder.to(
            folder.resolve(name), TestImages.AMD64, EPOCH, LayerCompression.GZIP, KERNEL)) {
      return builder.addTree(tree, java.util.Set.of(), "test").commit();
    }
  }
}
