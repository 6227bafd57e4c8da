package io.kairos.stages.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.stages.StageReport;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real tools on loop devices. */
@EnabledIf(
    value = "isPossible",
    disabledReason = "needs root, loop devices, sfdisk, mkfs.xfs and mkfs.fat")
class LayoutOnLoopTest {
  private static final LinuxHost HOST = LinuxHost.here();

  @TempDir Path folder;
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private Path image;
  private Path disk;

  static boolean isPossible() {
    return "root".equals(System.getProperty("user.name"))
        && Files.exists(Path.of("/dev/loop-control"))
        && HOST.hasProgram("sfdisk")
        && HOST.hasProgram("mkfs.xfs")
        && HOST.hasProgram("mkfs.fat");
  }

  @BeforeEach
  void attachDisk() throws IOException {
    image = folder.resolve("disk.img");
    resize(Bytes.ofMib(1025));
    disk = HOST.kernel().attachLoop(image, false);
  }

  private void resize(Bytes size) throws IOException {
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(size.count());
    }
  }

  @AfterEach
  void detachDisk() {
    HOST.run(Command.of("partx", "--delete", disk.toString()).expecting(0, 1));
    HOST.kernel().detachLoop(disk);
  }

  private StageReport layout(String more) throws IOException {
    return layout("path: '" + disk + "'", more);
  }

  private StageReport layout(String device, String more) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("s.yaml"),
            "stages:\n  t:\n  - layout: {device: {" + device + "}" + more + "}\n");
    return new StageRunner(
            HOST,
            address -> {
              throw new HostFailure("no network");
            },
            (level, line) -> log.add(line))
        .run("t", StageSources.only(file.toString()));
  }

  private void initialize() throws IOException {
    layout("init_disk: true, path: '" + disk + "'", "").orThrow();
  }

  private static String add(String... partitions) {
    return ", add_partitions: [{" + String.join("}, {", partitions) + "}]";
  }

  private DiskTable table() {
    return LayoutDisk.at(HOST, disk.toString()).table();
  }

  private List<String> shown() {
    return table().entries().stream()
        .map(entry -> entry.name() + " " + entry.size() / 2048)
        .toList();
  }

  private String blkid(int number, String tag) {
    return HOST.run(
            Command.of("blkid", "-c", "/dev/null", "-o", "value", "-s", tag, disk + "p" + number)
                .expecting(0, 2))
        .text();
  }

  @Test
  void aDiskIsMadeEmptyOnceAndKeepsWhatIsPutOnItAfterwards() throws IOException {
    initialize();
    assertThat(table().entries()).isEmpty();
    String id = table().id();
    String step = add("pLabel: data, size: 100");
    for (int i = 0; i < 2; i++) {
      layout("init_disk: true, path: '" + disk + "'", step).orThrow();
      assertThat(shown()).containsExactly("data 99");
    }
    assertThat(table().id()).isEqualTo(id);
    layout("init_disk: true, disk_name: other, path: '" + disk + "'", "").orThrow();
    assertThat(table().entries()).isEmpty();
    assertThat(table().id()).isNotEqualTo(id);
  }

  @Test
  void aDiskInUseIsNotMadeEmpty() throws IOException {
    initialize();
    layout(add("pLabel: data, size: 100, filesystem: ext4")).orThrow();
    Path at = Files.createDirectory(folder.resolve("at"));
    HOST.kernel().mount(disk + "p1", at, "ext4", java.util.Set.of(), "");
    try {
      assertThat(layout("init_disk: true, disk_name: other, path: '" + disk + "'", "").succeeded())
          .isFalse();
      assertThat(shown()).containsExactly("data 99");
    } finally {
      HOST.kernel().unmount(at);
    }
  }

  @Test
  void whatHasNoTableIsAnErrorThatNamesInitDisk() throws IOException {
    assertThat(layout(add("size: 10")).errors())
        .singleElement()
        .asString()
        .contains("has no partition table", "set init_disk: true");
    assertThat(layout("init_disk: true, label: X", "").errors())
        .singleElement()
        .asString()
        .contains("init_disk needs the path");
  }

  @Test
  void onePartitionIsAMebibyteSmallerNamedFormattedAndAddedOnce() throws IOException {
    initialize();
    for (int i = 0; i < 2; i++) {
      layout(add("pLabel: my part, fsLabel: DATA, size: 100")).orThrow();
      assertThat(shown()).containsExactly("my part 99");
    }
    assertThat(log).anyMatch(line -> line.contains("my part is on " + disk + " already"));
    assertThat(blkid(1, "TYPE")).isEqualTo("ext2");
    assertThat(blkid(1, "LABEL")).isEqualTo("DATA");
  }

  @Test
  void withoutANameTheLabelTellsWhetherItIsThere() throws IOException {
    initialize();
    for (int i = 0; i < 2; i++) {
      layout(add("fsLabel: DATA, size: 100")).orThrow();
    }
    assertThat(shown()).hasSize(1);
  }

  @Test
  void theDiskIsFoundByALabelOnItToo() throws IOException {
    initialize();
    String label = "L" + Long.toString(System.nanoTime(), 36).toUpperCase(java.util.Locale.ROOT);
    layout(add("pLabel: a, size: 100, fsLabel: " + label)).orThrow();
    layout("label: " + label, add("pLabel: b, size: 100")).orThrow();
    assertThat(shown()).containsExactly("a 99", "b 99");
    assertThat(layout("label: NOSUCHLABEL", add("size: 1")).errors())
        .singleElement()
        .asString()
        .contains("there is no file system with the label NOSUCHLABEL");
    assertThat(layout("path: /dev/nosuch", add("size: 1")).errors())
        .singleElement()
        .asString()
        .contains("there is no device /dev/nosuch");
  }

  @Test
  void whatDoesNotFitIsNotWrittenAtAll() throws IOException {
    initialize();
    assertThat(layout(add("pLabel: a, size: 100", "pLabel: b, size: 1025")).errors())
        .singleElement()
        .asString()
        .contains("not enough free space in disk: required 1025 MiB");
    assertThat(shown()).isEmpty();
  }

  @Test
  void aFullDiskIsLeftAloneWithAWarning() throws IOException {
    initialize();
    layout(add("pLabel: a, size: 1000")).orThrow();
    layout(add("pLabel: b, size: 1") + ", expand_partition: {size: 0}").orThrow();
    assertThat(shown()).containsExactly("a 999");
    assertThat(log).anyMatch(line -> line.contains("nothing is added"));
  }

  @Test
  void everyKindGetsItsPartitionAndOnlyThoseThatShallAreFormatted() throws IOException {
    initialize();
    layout(
            add(
                "pLabel: grub, size: 1, bootable: true, filesystem: none",
                "pLabel: efi, size: 40, bootable: true, filesystem: fat32, fsLabel: ESP",
                "pLabel: swap, size: 20, filesystem: swap, fsLabel: SWAP",
                "pLabel: raw, size: 20, filesystem: '-'",
                "pLabel: xfs, size: 320, filesystem: xfs, fsLabel: TWELVE_CHARS",
                "pLabel: four, size: 0, filesystem: ext4, fsLabel: LABELOFTWENTYTWOCHARSS"))
        .orThrow();
    assertThat(List.of(1, 2, 3, 4, 5, 6).stream().map(number -> blkid(number, "TYPE")))
        .containsExactly("", "vfat", "swap", "", "xfs", "ext4");
    assertThat(blkid(2, "LABEL") + blkid(3, "LABEL") + blkid(5, "LABEL"))
        .isEqualTo("ESPSWAPTWELVE_CHARS");
    assertThat(HOST.run(Command.of("sfdisk", "--dump", disk.toString())).stdout())
        .contains(
            "21686148-6449-6E6F-744E-656564454649",
            "attrs=\"LegacyBIOSBootable\"",
            "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
            "attrs=\"RequiredPartition\"",
            "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F");
    assertThat(log).anyMatch(line -> line.contains("more than one partition is bootable"));
  }

  @Test
  void impossibleFileSystemsAreRefusedBeforeTheDiskIsTouched() throws IOException {
    byte[] before = Files.readAllBytes(image);
    assertThat(layout(add("size: 10, filesystem: xfs, fsLabel: LABELOFTWENTYTWOCHARSS")).errors())
        .singleElement()
        .asString()
        .contains("cannot be longer than 12 chars");
    assertThat(layout(add("size: 10, filesystem: zfs")).errors())
        .singleElement()
        .asString()
        .contains("unsupported filesystem type 'zfs'");
    assertThat(Files.readAllBytes(image)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext2", "ext4", "xfs", "btrfs"})
  void thePartitionGrowsWithItsFileSystemWhenTheDiskDid(String type) throws IOException {
    requireGrowing(type);
    initialize();
    layout(add("pLabel: a, size: 400, filesystem: " + type)).orThrow();
    layout(", expand_partition: {size: 512}").orThrow();
    assertThat(shown()).containsExactly("a 512");
    layout(", expand_partition: {size: 512}").orThrow();
    layout(", expand_partition: {size: 100}").orThrow();
    assertThat(shown()).containsExactly("a 512");
    assertThat(layout(", expand_partition: {size: 2000}").errors())
        .singleElement()
        .asString()
        .contains("cannot grow to");
    for (int i = 0; i < 2; i++) {
      layout(", expand_partition: {size: 0}").orThrow();
    }
    // the backup of the table begins 33 sectors before the end
    assertThat(table().entries().getFirst().end()).isBetween(1024 * 2048L, 1025 * 2048L - 33);
    assertThat(blkid(1, "TYPE")).isEqualTo(type);
    Path at = Files.createDirectory(folder.resolve("at"));
    HOST.kernel().mount(disk + "p1", at, type, java.util.Set.of(), "");
    try {
      assertThat(Files.getFileStore(at).getTotalSpace()).isGreaterThan(850L << 20);
    } finally {
      HOST.kernel().unmount(at);
    }
  }

  /** The kernel grows a mounted ext file system only for CAP_SYS_RESOURCE (bit 24). */
  private static void requireGrowing(String type) throws IOException {
    assumeThat(HOST.hasProgram("mkfs." + type)).as("mkfs.%s is installed", type).isTrue();
    String capabilities =
        Files.readString(Path.of("/proc/self/status"))
            .replaceAll("(?s).*CapEff:\\s*([0-9a-f]+).*", "$1");
    boolean mayGrowExt = (Long.parseUnsignedLong(capabilities, 16) >> 24 & 1) == 1;
    assumeThat(mayGrowExt || !type.startsWith("ext")).as("CAP_SYS_RESOURCE").isTrue();
  }

  @Test
  void addingAndGrowingGoTogether() throws IOException {
    initialize();
    layout(add("pLabel: a, size: 320, filesystem: xfs") + ", expand_partition: {size: 400}")
        .orThrow();
    assertThat(shown()).containsExactly("a 400");
  }

  @Test
  void swapAndFatDoNotGrow() throws IOException {
    initialize();
    layout(add("pLabel: s, size: 100, filesystem: swap")).orThrow();
    assertThat(layout(", expand_partition: {size: 0}").errors())
        .singleElement()
        .asString()
        .contains("swap resizing is not supported");
    layout(add("pLabel: f, size: 100, filesystem: vfat")).orThrow();
    assertThat(layout(", expand_partition: {size: 0}").errors())
        .singleElement()
        .asString()
        .contains("FAT partition resizing is not supported");
    assertThat(shown()).containsExactly("s 99", "f 99");
  }

  @Test
  void aScriptMayChooseTheDisk() throws IOException {
    layout("init_disk: true, path: 'script:///bin/echo " + disk + "'", "").orThrow();
    assertThat(table().entries()).isEmpty();
  }

  @Test
  void aDiskThatGrewGetsItsTableMovedBeforePartitionsAreAdded() throws IOException {
    initialize();
    layout(add("pLabel: a, size: 1000")).orThrow();
    resize(Bytes.ofMib(2049));
    HOST.run(Command.of("losetup", "--set-capacity", disk.toString()));
    layout(add("pLabel: b, size: 900")).orThrow();
    assertThat(shown()).containsExactly("a 999", "b 899");
    assertThat(table().hasRoomBehind()).isFalse();
  }
}
