package io.kairos.storage;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.host.Kernel.MountFlag;
import io.kairos.host.Udev;
import io.kairos.plan.Performer;
import io.kairos.plan.StepProgress;
import io.kairos.plan.Undo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Does what {@link DiskStep}s say, with the tools of the distribution and the kernel. */
public final class DiskPerformer implements Performer<DiskStep> {
  private static final System.Logger LOG = System.getLogger(DiskPerformer.class.getName());

  /** Slow disks format a terabyte within it. */
  private static final Duration FORMAT_DEADLINE = Duration.ofMinutes(30);

  private static final Duration COPY_DEADLINE = Duration.ofHours(4);
  private static final Duration NODE_DEADLINE = Duration.ofSeconds(30);

  private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(500);

  private final Host host;
  private final Kernel kernel;
  private final DurableFile durable;

  public DiskPerformer(Host host) {
    this.host = host;
    this.kernel = host.kernel();
    this.durable = DurableFile.forBootLoader(kernel);
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
      case DiskStep.CreateImage create -> made(create.file(), () -> createImage(create));
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
        flushImage(file, at);
        releaseImage(file, at);
        kernel.sync(file);
        yield Undo.NOTHING;
      }
      case DiskStep.CopyTree copy -> {
        copyTree(copy, progress);
        yield Undo.NOTHING;
      }
      case DiskStep.CopyFile(var from, var to) -> made(to, () -> copyFile(from, to, progress));
      case DiskStep.LabelImage(var file, var label) -> {
        host.run(Command.of("tune2fs", "-L", label, file.toString()));
        yield Undo.NOTHING;
      }
      case DiskStep.RenewUuid(var file) -> {
        host.run(Command.of("tune2fs", "-U", "random", file.toString()));
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
      case DiskStep.RemountWritable(var at) -> {
        kernel.mount("", at, "", Set.of(MountFlag.REMOUNT), "");
        yield () -> makeReadOnly(at);
      }
      case DiskStep.RequireRoom(var at, var needed, String why) -> {
        requireRoom(at, needed, why);
        yield Undo.NOTHING;
      }
      case DiskStep.LinkFile(var file, var name) -> {
        durable.link(file, name);
        yield Undo.NOTHING;
      }
      case DiskStep.DeleteFile(var file) -> {
        durable.delete(file);
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
    Udev.settle(host);
    Awaited.in(host.path(table.disk().getParent().toString()), NODE_DEADLINE)
        .until(
            () -> hasItsNodes(table) || (announce(table) && hasItsNodes(table)),
            "the partitions of " + table.disk());
    Udev.settle(host);
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

  /** A file that is gone again when the step that makes it, or a later one, fails. */
  private static Undo made(Path file, Runnable making) {
    try {
      making.run();
    } catch (RuntimeException e) {
      try {
        deleteTemporary(file);
      } catch (HostFailure left) {
        e.addSuppressed(left);
      }
      throw e;
    }
    return () -> deleteTemporary(file);
  }

  private void createImage(DiskStep.CreateImage create) {
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
  }

  /** As many as the tree needs and some more; mke2fs would go by the size of the image alone. */
  private static List<String> inodes(long entries) {
    return List.of("-N", Long.toString(entries + entries / 4 + 4096));
  }

  /**
   * One process that hands data from file to file: rsync checksums all that it hands from process
   * to process.
   */
  private void copyTree(DiskStep.CopyTree copy, StepProgress progress) {
    var argv =
        new ArrayList<>(
            List.of(
                "cp",
                "--recursive",
                "--no-dereference",
                "--preserve=mode,ownership,timestamps,links,xattr",
                "--target-directory=" + copy.to(),
                "--"));
    try (var top = Files.newDirectoryStream(copy.from())) {
      copyAttributes(copy.from(), copy.to());
      for (Path entry : top) {
        if (copy.emptied().contains(entry.getFileName().toString())
            && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          Path folder = copy.to().resolve(entry.getFileName());
          createFolder(folder);
          copyAttributes(entry, folder);
        } else {
          argv.add(entry.toString());
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot copy " + copy.from() + " to " + copy.to(), e);
    }
    long free = kernel.freeSpace(copy.to()).count();
    try (var _ =
        Watched.every(
            PROGRESS_INTERVAL,
            () ->
                progress.done(
                    free - kernel.freeSpace(copy.to()).count(), copy.content().count()))) {
      host.run(Command.of(argv).within(COPY_DEADLINE));
    }
  }

  private void copyAttributes(Path from, Path to) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(from, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
    kernel.changeOwner(to, (int) attributes.get("uid"), (int) attributes.get("gid"));
    Files.setAttribute(to, "unix:mode", (int) attributes.get("mode") & 07777);
  }

  /** Holes stay holes, and blocks of zeros become some. */
  private void copyFile(Path from, Path to, StepProgress progress) {
    createFolder(to.getParent());
    long size = kernel.size(from).count();
    long free = kernel.freeSpace(to.getParent()).count();
    try (var _ =
        Watched.every(
            PROGRESS_INTERVAL,
            () -> progress.done(free - kernel.freeSpace(to.getParent()).count(), size))) {
      host.run(
          Command.of("cp", "--sparse=always", "--", from.toString(), to.toString())
              .within(COPY_DEADLINE));
    }
    kernel.sync(to);
  }

  /**
   * The kernel refuses it for the whole file system while a deleted file of it is in use, for
   * example the slot that the node runs from; then for this mount alone.
   */
  private void makeReadOnly(Path at) {
    try {
      kernel.mount("", at, "", Set.of(MountFlag.REMOUNT, MountFlag.READ_ONLY), "");
    } catch (HostFailure busy) {
      LOG.log(
          System.Logger.Level.DEBUG, "only the mount becomes read-only: {0}", busy.getMessage());
      kernel.sync();
      kernel.mount("", at, "", Set.of(MountFlag.REMOUNT, MountFlag.BIND, MountFlag.READ_ONLY), "");
    }
  }

  private void requireRoom(Path at, Bytes needed, String why) {
    Bytes free = kernel.freeSpace(at);
    if (free.isLessThan(needed)) {
      throw new Refused(
          "%s has %s free, %s needs %s".formatted(at, free, why, needed),
          "make room there; what an interrupted action left is removed already");
    }
  }

  /**
   * Unmounting forgets what could not be written (syncfs(2)); and an image is sparse, so that the
   * file system below it may be full when its blocks are.
   */
  private void flushImage(Path file, Path at) {
    try {
      kernel.syncFileSystem(at);
    } catch (HostFailure e) {
      throw new HostFailure(
          "not all of %s could be written; %s has %s free"
              .formatted(file, file.getParent(), kernel.freeSpace(file.getParent())),
          e);
    }
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
