package io.kairos.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.plan.StepProgress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(value = "isPossible", disabledReason = "needs root, loop devices and sfdisk")
class DiskPerformerTest {
  private static final LinuxHost HOST = LinuxHost.here();

  private final DiskPerformer performer = new DiskPerformer(HOST);

  static boolean isPossible() {
    return "root".equals(System.getProperty("user.name"))
        && Files.exists(Path.of("/dev/loop-control"))
        && HOST.hasProgram("sfdisk");
  }

  @Test
  void aTableReplacesAnotherOneOfDifferentShape(@TempDir Path folder) throws Exception {
    Path file = sparse(folder.resolve("disk.img"), Bytes.ofMib(512));
    Path disk = HOST.kernel().attachLoop(file, false);
    try {
      perform(new DiskStep.WriteTable(table(disk, 10, 20, 30)));
      perform(new DiskStep.AwaitPartitions(table(disk, 10, 20, 30)));
      PartitionTable second = table(disk, 40, 7);
      perform(new DiskStep.WriteTable(second));
      perform(new DiskStep.AwaitPartitions(second));
      perform(
          new DiskStep.Format(
              second.node(second.partition("p1")),
              Filesystem.EXT4,
              Optional.of("SEVEN"),
              List.of()));

      Disk seen = BlockDevices.observe(HOST).disk(disk).orElseThrow();
      assertThat(seen.tableId()).contains(PartitionTable.DISK_UUID);
      assertThat(seen.partitions())
          .extracting(Disk.Partition::size)
          .containsExactly(
              Bytes.ofMib(40), Bytes.ofMib(7), Bytes.of(seen.partitions().get(2).size().count()));
      assertThat(seen.partitionLabelled("SEVEN")).isPresent();
      assertThat(HOST.run(Command.of("sfdisk", "--dump", disk.toString())).stdout())
          .contains("first-lba: 34\nlast-lba: 1048542\n")
          .contains("label-id: 2CEFF841-4C1D-5A14-8E46-ED3AEB621093");
    } finally {
      HOST.run(Command.of("partx", "--delete", disk.toString()).expecting(0, 1));
      HOST.kernel().detachLoop(disk);
    }
  }

  @Test
  void aCopyOfAFileKeepsItsHoles(@TempDir Path folder) throws Exception {
    Path from = sparse(folder.resolve("from"), Bytes.ofMib(64));
    try (var channel = FileChannel.open(from, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("in the middle".getBytes(UTF_8)), 33L << 20);
    }
    Path to = folder.resolve("to");

    perform(new DiskStep.CopyFile(from, to));

    assertThat(Files.mismatch(from, to)).isEqualTo(-1);
    String blocks = HOST.run(Command.of("stat", "--format=%b", to.toString())).text();
    assertThat(Long.parseLong(blocks) * 512).isLessThan(4 << 20);
  }

  @Test
  void aFileThatCannotBeCompletedIsGone(@TempDir Path folder) throws Exception {
    Path from = folder.resolve("from");
    Files.write(from, filled(4 << 20));
    Path small = Files.createDirectory(folder.resolve("small"));
    Path to = small.resolve("to");
    HOST.kernel().mount("tmpfs", small, "tmpfs", Set.of(), "size=1m");
    try {
      assertThatThrownBy(() -> perform(new DiskStep.CopyFile(from, to)))
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining("No space left on device");
      assertThat(small).isEmptyDirectory();

      var tooSmall =
          new DiskStep.CreateImage(to, Bytes.of(4096), Filesystem.EXT2, "COS_ACTIVE", 100_000);
      assertThatThrownBy(() -> perform(tooSmall)).isInstanceOf(HostFailure.class);
      assertThat(small).isEmptyDirectory();
    } finally {
      HOST.kernel().unmount(small);
    }
  }

  private static byte[] filled(int length) {
    byte[] content = new byte[length];
    Arrays.fill(content, (byte) 1);
    return content;
  }

  private void perform(DiskStep step) {
    var _ = performer.perform(step, StepProgress.IGNORED);
  }

  private static PartitionTable table(Path disk, long... mib) {
    var specs = new java.util.ArrayList<PartitionSpec>();
    for (long size : mib) {
      specs.add(PartitionSpec.linux("p" + specs.size(), "P" + specs.size(), Bytes.ofMib(size)));
    }
    specs.add(PartitionSpec.linux("rest", "REST", Bytes.ZERO));
    return PartitionTable.place(disk, Bytes.ofMib(512), 512, specs);
  }

  private static Path sparse(Path file, Bytes size) throws Exception {
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), size.count() - 1);
    }
    return file;
  }
}
