package io.kairos.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Bytes;
import io.kairos.base.Refused;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionTableTest {
  private static final Path DISK = Path.of("/dev/vda");
  private static final PartitionSpec EFI =
      new PartitionSpec(
          "efi",
          PartitionSpec.Role.EFI_SYSTEM,
          Optional.of("COS_GRUB"),
          Bytes.ofMib(64),
          Filesystem.VFAT);

  /** agent.md, A.1: a system of 1500 MiB on a disk of 40 GiB. */
  @Test
  void theWorkedExampleOfTheReference() {
    PartitionTable table =
        PartitionTable.place(
            DISK,
            Bytes.ofMib(40 * 1024),
            512,
            List.of(
                EFI,
                linux("oem", "COS_OEM", 64),
                linux("recovery", "COS_RECOVERY", 3400),
                linux("state", "COS_STATE", 5800),
                linux("persistent", "COS_PERSISTENT", 0)));

    assertThat(table.script())
        .isEqualTo(
            """
            label: gpt
            label-id: 2ceff841-4c1d-5a14-8e46-ed3aeb621093
            unit: sectors
            first-lba: 34
            last-lba: 83886046
            table-length: 128
            1: start=2048, size=131072, type=c12a7328-f81f-11d2-ba4b-00a0c93ec93b, uuid=81444e82-66b3-5ed2-961b-497665f12be2, name="efi", attrs="RequiredPartition"
            2: start=133120, size=131072, type=0fc63daf-8483-4772-8e79-3d69d8477de4, uuid=8bfa06f9-ca4f-56dc-90c9-49cf20f4f45e, name="oem"
            3: start=264192, size=6963200, type=0fc63daf-8483-4772-8e79-3d69d8477de4, uuid=768fbd69-b2a9-5eab-902c-db8745b4767c, name="recovery"
            4: start=7227392, size=11878400, type=0fc63daf-8483-4772-8e79-3d69d8477de4, uuid=843bfe4e-83b2-5b42-ba6d-a47e3ba1262e, name="state"
            5: start=19105792, size=64780255, type=0fc63daf-8483-4772-8e79-3d69d8477de4, uuid=85c39d0f-4867-5227-8334-f5eec606d9eb, name="persistent"
            """);
  }

  @Test
  void largeSectorsMoveTheStartAndTheTail() {
    PartitionTable table =
        PartitionTable.place(DISK, Bytes.ofMib(1024), 4096, List.of(linux("persistent", "P", 0)));

    assertThat(table.partitions().getFirst().first()).isEqualTo(256);
    assertThat(table.partitions().getFirst().last()).isEqualTo(1024 * 256 - 5 - 1);
    assertThat(table.script()).contains("first-lba: 6\n").contains("last-lba: 262138\n");
  }

  @Test
  void theLastPartitionGivesUpTheTailWhenItsSizeIsFixed() {
    PartitionTable table =
        PartitionTable.place(
            DISK, Bytes.ofMib(1024), 512, List.of(linux("a", "A", 100), linux("b", "B", 100)));

    assertThat(table.partition("a").sectors()).isEqualTo(100 * 2048);
    assertThat(table.partition("b").sectors()).isEqualTo(100 * 2048 - 33);
  }

  @Test
  void theBiosPartitionTakesTheGuidOfTheEsp() {
    var bios =
        new PartitionSpec(
            "bios",
            PartitionSpec.Role.BIOS_BOOT,
            Optional.empty(),
            Bytes.ofMib(1),
            Filesystem.NONE);

    assertThat(bios.uuid()).isEqualTo(UUID.fromString("81444e82-66b3-5ed2-961b-497665f12be2"));
  }

  @Test
  void partitionsWithoutALabelDoNotShareAGuid() {
    assertThat(raw("one").uuid()).isNotEqualTo(raw("two").uuid());
  }

  @Test
  void whatDoesNotFitIsRefusedWithItsSectors() {
    assertThatThrownBy(
            () ->
                PartitionTable.place(
                    DISK,
                    Bytes.ofMib(1024),
                    512,
                    List.of(linux("state", "S", 1020), linux("persistent", "P", 0))))
        .isInstanceOf(Refused.class)
        .hasMessage(
            """
            partition 'persistent' would cover sectors 2091008 to 2123776, but /dev/vda (1.0 GiB) has room up to sector 2097118
              try: choose a larger disk, or smaller partitions\
            """);
    assertThatThrownBy(
            () -> PartitionTable.place(DISK, Bytes.of(4096), 512, List.of(linux("a", "A", 1))))
        .hasMessageContaining("target disk is too small to hold a GPT partition table");
  }

  @ParameterizedTest
  @CsvSource({
    "/dev/sda, 2, /dev/sda2",
    "/dev/vdaa, 12, /dev/vdaa12",
    "/dev/nvme0n1, 2, /dev/nvme0n1p2",
    "/dev/mmcblk0, 1, /dev/mmcblk0p1",
    "/dev/loop3, 4, /dev/loop3p4"
  })
  void theKernelNamesPartitionsAfterTheirDisk(Path disk, int number, Path node) {
    assertThat(PartitionTable.node(disk, number)).isEqualTo(node);
  }

  @Test
  void everyTableThatIsPlacedIsAlignedOrderedAndInsideTheDisk() {
    for (long seed = 0; seed < 500; seed++) {
      var draw = new Random(seed);
      int sectorSize = draw.nextBoolean() ? 512 : 4096;
      var specs = new ArrayList<PartitionSpec>();
      for (int i = 0; i <= draw.nextInt(8); i++) {
        specs.add(linux("p" + i, "L" + i, 1 + draw.nextInt(3000)));
      }
      specs.add(linux("rest", "REST", 0));
      Bytes size = Bytes.ofMib(40_000).plus(Bytes.of(draw.nextInt(1000) * 4096L));

      PartitionTable table = PartitionTable.place(DISK, size, sectorSize, specs);

      long next = (1L << 20) / sectorSize;
      for (PartitionTable.PlacedPartition placed : table.partitions()) {
        assertThat(placed.first()).as("seed %d", seed).isEqualTo(next);
        assertThat(placed.first() * sectorSize % (1 << 20)).as("seed %d", seed).isZero();
        next = placed.last() + 1;
      }
      assertThat(next - 1)
          .as("seed %d", seed)
          .isEqualTo(table.sectors() - PartitionTable.tail(sectorSize) - 1);
    }
  }

  private static PartitionSpec linux(String name, String label, long mib) {
    return PartitionSpec.linux(name, label, Bytes.ofMib(mib));
  }

  private static PartitionSpec raw(String name) {
    return new PartitionSpec(
        name, PartitionSpec.Role.LINUX, Optional.empty(), Bytes.ofMib(1), Filesystem.NONE);
  }
}
