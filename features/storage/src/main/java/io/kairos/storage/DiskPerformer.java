package io.kairos.storage;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.plan.Performer;
import io.kairos.plan.StepProgress;
import io.kairos.plan.Undo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Does what {@link DiskStep}s say, with the tools of the distribution and the kernel. */
public final class DiskPerformer implements Performer<DiskStep> {
  /** Slow disks format a terabyte within it. */
  private static final Duration FORMAT_DEADLINE = Duration.ofMinutes(30);

  private static final Duration COPY_DEADLINE = Duration.ofHours(4);
  private static final Duration NODE_DEADLINE = Duration.ofSeconds(30);

  /** {@code 1,238,099 42% 10.00MB/s}: rsync(1), --info=progress2. */
  private static final Pattern RSYNC_PROGRESS = Pattern.compile("^\\s*[0-9,.]+\\s+([0-9]{1,3})%.*");

  private static final int BLOCK = 1 << 20;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(BLOCK);

  private final Host host;
  private final Kernel kernel;
  private final DurableFile durable;

  public DiskPerformer(Host host) {
    this.host = host;
    this.kernel = host.kernel();
    this.durable = new DurableFile(kernel);
  }

  @Override
  public Undo perform(DiskStep step, StepProgress progress) {
    return switch (step) {
      case DiskStep.ReleaseLeftovers(var imageMounts, var loops, var mounts) -> {
        imageMounts.forEach(this::unmountIfMounted);
        loops.forEach(kernel::detachLoop);
        mounts.forEach(this::unmountIfMounted);
        yield Undo.NOTHING;
      }
      case DiskStep.Deactivate(var disk) -> {
        host.run(
            Command.of(
                    "blkdeactivate",
                    "--lvmoptions",
                    "retry,wholevg",
                    "--dmoptions",
                    "force,retry",
                    "--errors",
                    disk.toString())
                .within(Duration.ofMinutes(2)));
        yield Undo.NOTHING;
      }
      case DiskStep.WriteTable(var table) -> {
        writeTable(table);
        yield Undo.NOTHING;
      }
      case DiskStep.AwaitPartitions(var table) -> {
        awaitPartitions(table);
        yield Undo.NOTHING;
      }
      case DiskStep.Format(var device, var filesystem, var label, var options) -> {
        host.run(
            Command.of(filesystem.formatCommand(device, label, options)).within(FORMAT_DEADLINE));
        kernel.sync(device);
        yield Undo.NOTHING;
      }
      case DiskStep.Mount(var device, var at, var filesystem) -> {
        createFolder(at);
        kernel.mount(device.toString(), at, filesystem.type(), Set.of(), "");
        yield () -> unmountIfMounted(at);
      }
      case DiskStep.Unmount(var at) -> {
        kernel.unmount(at);
        yield Undo.NOTHING;
      }
      case DiskStep.CreateImage create -> createImage(create);
      case DiskStep.MountImage(var file, var at, var filesystem) -> {
        createFolder(at);
        Path loop = kernel.attachLoop(file, false);
        try {
          kernel.mount(loop.toString(), at, filesystem.type(), Set.of(), "");
        } catch (RuntimeException e) {
          kernel.detachLoop(loop);
          throw e;
        }
        yield () -> releaseImage(file, at);
      }
      case DiskStep.UnmountImage(var file, var at) -> {
        releaseImage(file, at);
        kernel.sync(file);
        yield Undo.NOTHING;
      }
      case DiskStep.CopyTree(var from, var to, var excludes) -> {
        copyTree(from, to, excludes, progress);
        yield Undo.NOTHING;
      }
      case DiskStep.CopyFile(var from, var to) -> {
        copyFile(from, to, progress);
        yield () -> deleteTemporary(to);
      }
      case DiskStep.LabelImage(var file, var label) -> {
        host.run(Command.of("tune2fs", "-L", label, file.toString()));
        yield Undo.NOTHING;
      }
      case DiskStep.CheckImage(var file) -> {
        host.run(Command.of("e2fsck", "-f", "-n", file.toString()).within(FORMAT_DEADLINE));
        yield Undo.NOTHING;
      }
      case DiskStep.Publish(var temporary, var target) -> {
        durable.rename(temporary, target);
        yield Undo.NOTHING;
      }
    };
  }

  /**
   * The table and its copy are written by one program that also wipes what older file systems left
   * where the new partitions begin; the kernel hears of it in the next step.
   */
  private void writeTable(PartitionTable table) {
    host.run(
        Command.of(
                "sfdisk",
                "--quiet",
                "--wipe",
                "always",
                "--wipe-partitions",
                "always",
                "--no-reread",
                "--no-tell-kernel",
                table.disk().toString())
            .stdin(table.script())
            .within(Duration.ofMinutes(2)));
    kernel.sync(table.disk());
  }

  /**
   * udev notices the new table by itself and may have the kernel read it at the same time. So we
   * look at what is there, help with partx (which adds one partition at a time, BLKPG) as long as
   * something is missing, and wait for udev to finish.
   */
  private void awaitPartitions(PartitionTable table) {
    settle();
    Awaited.in(host.path(table.disk().getParent().toString()), NODE_DEADLINE)
        .until(
            () -> hasItsNodes(table) || (announce(table) && hasItsNodes(table)),
            "the partitions of " + table.disk());
    settle();
  }

  private void settle() {
    if (host.hasProgram("udevadm")) {
      host.run(
          Command.of("udevadm", "settle", "--timeout=30")
              .expecting(0, 1) // slow events of other devices are not our concern
              .within(Duration.ofSeconds(40)));
    }
  }

  /**
   * Tells the kernel to forget the old partitions and to learn the new ones: --update does not add
   * what has moved. It fails when the kernel reads the table in the same moment; what counts is the
   * result.
   */
  private boolean announce(PartitionTable table) {
    for (String change : List.of("--delete", "--add")) {
      host.run(Command.of("partx", change, table.disk().toString()).expecting(0, 1));
    }
    return true;
  }

  private boolean hasItsNodes(PartitionTable table) {
    return table.partitions().stream()
        .allMatch(
            placed ->
                Files.exists(host.path(table.node(placed).toString()))
                    && hasItsSize(table, placed));
  }

  private boolean hasItsSize(PartitionTable table, PartitionTable.PlacedPartition placed) {
    Path entry =
        host.resolved("/sys/block/" + table.disk().getFileName())
            .resolve(table.node(placed).getFileName());
    try {
      long octets = Long.parseLong(Files.readString(entry.resolve("size")).strip()) * 512;
      return octets == placed.sectors() * table.sectorSize();
    } catch (IOException e) {
      return false;
    }
  }

  private Undo createImage(DiskStep.CreateImage create) {
    Path file = create.file();
    createFolder(file.getParent());
    try {
      Files.deleteIfExists(file);
      Files.createFile(file);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[1]), create.size().count() - 1);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot create " + file, e);
    }
    host.run(
        Command.of(
                create
                    .filesystem()
                    .formatCommand(
                        file, java.util.Optional.of(create.label()), inodes(create.entries())))
            .within(FORMAT_DEADLINE));
    return () -> deleteTemporary(file);
  }

  /** As many as the tree needs and some more; mke2fs would go by the size of the image alone. */
  private static List<String> inodes(long entries) {
    return List.of("-N", Long.toString(entries + entries / 4 + 4096));
  }

  private void copyTree(Path from, Path to, List<String> excludes, StepProgress progress) {
    var argv =
        new ArrayList<>(
            List.of(
                "rsync",
                "--archive",
                "--hard-links",
                "--acls",
                "--xattrs",
                "--filter=-x trusted.overlay.*", // marks of overlayfs that mean nothing in a copy
                "--numeric-ids",
                "--sparse",
                "--no-inc-recursive", // so that the percentage is one of the whole
                "--info=progress2"));
    excludes.forEach(pattern -> argv.add("--exclude=" + pattern));
    argv.add(from + "/");
    argv.add(to + "/");
    host.run(
        Command.of(argv)
            .within(COPY_DEADLINE)
            .eachLine(
                line -> {
                  Matcher matcher = RSYNC_PROGRESS.matcher(line);
                  if (matcher.matches()) {
                    progress.done(Long.parseLong(matcher.group(1)), 100);
                  } else if (!line.isBlank()) {
                    progress.detail(line);
                  }
                }));
  }

  /** A block of zeros stays a hole. */
  private void copyFile(Path from, Path to, StepProgress progress) {
    createFolder(to.getParent());
    try (FileChannel in = FileChannel.open(from);
        FileChannel out =
            FileChannel.open(
                to,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      long size = in.size();
      long position = 0;
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      while (position < size) {
        block.clear();
        while (block.hasRemaining() && in.read(block) > 0) {
          // fill the block
        }
        block.flip();
        if (!block.hasRemaining()) {
          throw new IOException(from + " became shorter while it was copied");
        }
        int length = block.remaining();
        if (position + length == size || !isZero(block)) {
          long at = position;
          while (block.hasRemaining()) {
            at += out.write(block, at);
          }
        }
        position += length;
        progress.done(position, size);
        if (Thread.currentThread().isInterrupted()) {
          throw new IOException("interrupted");
        }
      }
      out.force(true);
    } catch (IOException e) {
      throw new HostFailure("cannot copy " + from + " to " + to, e);
    }
  }

  private static boolean isZero(ByteBuffer block) {
    return block.mismatch(ZEROS.slice(0, block.remaining())) < 0;
  }

  private void releaseImage(Path file, Path at) {
    unmountIfMounted(at);
    for (Map.Entry<Path, Path> loop : kernel.loops().entrySet()) {
      if (loop.getValue().equals(file)) {
        kernel.detachLoop(loop.getKey());
      }
    }
  }

  private void unmountIfMounted(Path at) {
    while (kernel.mounts().stream().anyMatch(mount -> mount.target().equals(at))) {
      kernel.unmount(at);
    }
  }

  /** Gone already when it was published or when its file system was unmounted. */
  private static void deleteTemporary(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new HostFailure("cannot delete " + file, e);
    }
  }

  private static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new HostFailure("cannot create " + folder, e);
    }
  }
}
