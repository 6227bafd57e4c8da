package io.kairos.stages.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskTableTest {
  private static final long MIB = 2048;

  /** Partitions that fill the disk from its first mebibyte on. */
  private static DiskTable table(long mib, long... sizes) {
    List<DiskTable.Entry> entries = new java.util.ArrayList<>();
    long start = MIB;
    for (long size : sizes) {
      entries.add(
          new DiskTable.Entry(
              "/dev/sda" + (entries.size() + 1), start, size * MIB, "p" + entries.size()));
      start += size * MIB;
    }
    return new DiskTable("/dev/sda", "ID", 512, mib * MIB, mib * MIB - 34, entries);
  }

  private static NewPartition partition(String name, long mib) {
    return new NewPartition("", name, Bytes.ofMib(mib), "ext4", false);
  }

  @Test
  void freeSpaceIsWhatIsBehindTheLastPartitionInOctets() {
    DiskTable table = table(10 * 1024, 4096);
    assertThat(table.free()).isGreaterThan(Bytes.ofMib(32)).isLessThan(Bytes.ofMib(7000));
    assertThat(table(1024, 1000).free()).isLessThan(Bytes.ofMib(32));
    assertThat(table(100).free()).isGreaterThan(Bytes.ofMib(98));
  }

  @Test
  void theLastOfTheListLeavesAMebibyteToTheBackupOfTheTable() {
    var first = partition("a", 100);
    var last = partition("b", 200);
    assertThat(table(1024, 10).place(List.of(first, last), last))
        .extracting(DiskTable.Placed::script)
        .containsExactly(
            "2 : start=22528, size=204800, " + first.script(),
            "3 : start=227328, size=407552, " + last.script());
  }

  @Test
  void zeroIsTheRestButForAMebibyte() {
    var rest = partition("rest", 0);
    assertThat(table(1025, 100).place(List.of(rest), rest))
        .singleElement()
        .satisfies(placed -> assertThat(placed.end()).isEqualTo(1024 * MIB));
  }

  @Test
  void partitionsBeginAtWholeMebibytesAlsoBehindOnesThatDoNot() {
    var odd =
        new DiskTable(
            "/dev/nvme0n1",
            "ID",
            512,
            1024 * MIB,
            0,
            List.of(new DiskTable.Entry("/dev/nvme0n1p14", 34, 5000, "boot")));
    var added = partition("x", 10);
    assertThat(odd.place(List.of(added), added))
        .singleElement()
        .satisfies(
            placed -> {
              assertThat(placed.start()).isEqualTo(3 * MIB);
              assertThat(placed.number()).isEqualTo(15);
            });
    assertThat(odd.hasRoomBehind()).isTrue();
  }

  @Test
  void whatDoesNotFitIsAnErrorWithBothSizes() {
    var large = partition("large", 1025);
    assertThatThrownBy(() -> table(1025).place(List.of(large), large))
        .hasMessageContaining(
            "not enough free space in disk: required 1025 MiB, available 1023 MiB");
    var fits = partition("fits", 1024);
    assertThat(table(1025).place(List.of(fits), fits)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "/dev/sda, 1, /dev/sda1",
    "/dev/mmcblk0, 4, /dev/mmcblk0p4",
    "/dev/nvme0n1, 1, /dev/nvme0n1p1",
    "/dev/loop0, 1, /dev/loop0p1",
    "/dev/xvda, 3, /dev/xvda3"
  })
  void partitionsAreCalledAsTheKernelDoes(String disk, int number, String node) {
    assertThat(LayoutDisk.node(disk, number)).isEqualTo(node);
  }

  @ParameterizedTest
  @CsvSource({
    "ext4, false, 0FC63DAF-8483-4772-8E79-3D69D8477DE4, ''",
    "none, false, 0FC63DAF-8483-4772-8E79-3D69D8477DE4, ''",
    "ext2, true, 21686148-6449-6E6F-744E-656564454649, LegacyBIOSBootable",
    "vfat, false, EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, ''",
    "fat32, true, C12A7328-F81F-11D2-BA4B-00A0C93EC93B, RequiredPartition",
    "swap, false, 0657FD6D-A4AB-43C4-84E5-0933C84B4F4F, ''"
  })
  void aPartitionsTypeFollowsFromFileSystemAndUse(
      String filesystem, boolean bootable, String type, String attributes) {
    String script = new NewPartition("", "a\"b", Bytes.ZERO, filesystem, bootable).script();
    assertThat(script)
        .isEqualTo(
            "type="
                + type
                + ", name=\"a\\x22b\""
                + (attributes.isEmpty() ? "" : ", attrs=\"" + attributes + "\""));
  }

  @Test
  void aTableOfAnotherKindIsRefused() {
    assertThatThrownBy(
            () ->
                DiskTable.parse(
                    "/dev/sda",
                    "{\"partitiontable\": {\"label\": \"dos\", \"id\": \"0x1\", \"unit\": \"sectors\"}}",
                    MIB))
        .hasMessageContaining("kind 'dos', not gpt");
  }
}
