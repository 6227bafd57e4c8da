package io.kairos.storage;

import io.kairos.base.Bytes;
import io.kairos.plan.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is done to disks, file systems, mounts and images, as values. Paths are real ones. */
public sealed interface DiskStep extends Step {

  /** Lets go of what an earlier run left behind: images first, then what they lie on. */
  record ReleaseLeftovers(List<Path> imageMounts, List<Path> loops, List<Path> mounts)
      implements DiskStep {
    public ReleaseLeftovers {
      imageMounts = List.copyOf(imageMounts);
      loops = List.copyOf(loops);
      mounts = List.copyOf(mounts);
    }

    @Override
    public String summary() {
      return "release what an interrupted run left: "
          + Stream.of(imageMounts, loops, mounts)
              .flatMap(List::stream)
              .map(Path::toString)
              .collect(Collectors.joining(", "));
    }
  }

  /** Closes volume groups and mappings that lie on a disk. */
  record Deactivate(Path disk) implements DiskStep {
    @Override
    public String summary() {
      return "deactivate volumes on " + disk;
    }
  }

  /** Replaces the partition table: from here on the old content is gone. */
  record WriteTable(PartitionTable table) implements DiskStep {
    @Override
    public String summary() {
      return "write GPT on "
          + table.disk()
          + ": "
          + table.partitions().stream().map(WriteTable::words).collect(Collectors.joining(", "));
    }

    private static String words(PartitionTable.PlacedPartition placed) {
      return placed.spec().name() + " " + placed.first() + "-" + placed.last();
    }
  }

  /** Tells the kernel, and waits until every partition has its node. */
  record AwaitPartitions(PartitionTable table) implements DiskStep {
    @Override
    public String summary() {
      return "wait for the partitions of " + table.disk();
    }
  }

  /**
   * @param options for mkfs, each with its reason where the plan is made
   */
  record Format(Path device, Filesystem filesystem, Optional<String> label, List<String> options)
      implements DiskStep {
    public Format {
      options = List.copyOf(options);
    }

    @Override
    public String summary() {
      return "format " + device + " as " + filesystem.type() + label.map(l -> " " + l).orElse("");
    }
  }

  record Mount(Path device, Path at, Filesystem filesystem) implements DiskStep {
    @Override
    public String summary() {
      return "mount " + device + " at " + at;
    }
  }

  record Unmount(Path at) implements DiskStep {
    @Override
    public String summary() {
      return "unmount " + at;
    }
  }

  /**
   * An empty file system in a sparse file.
   *
   * @param entries files and folders that it must have room for
   */
  record CreateImage(Path file, Bytes size, Filesystem filesystem, String label, long entries)
      implements DiskStep {
    @Override
    public String summary() {
      return "create " + file + ": " + filesystem.type() + " " + label + ", " + size;
    }
  }

  record MountImage(Path file, Path at, Filesystem filesystem) implements DiskStep {
    @Override
    public String summary() {
      return "mount " + file + " at " + at;
    }
  }

  /** Unmounts an image and detaches its loop device; its content is on the disk afterwards. */
  record UnmountImage(Path file, Path at) implements DiskStep {
    @Override
    public String summary() {
      return "unmount " + file + " from " + at;
    }
  }

  /**
   * Copies a tree with owners, modes, times, hard links, ACLs and extended attributes.
   *
   * @param emptied folders at the top whose content is left out
   * @param content how much it is, for the progress
   */
  record CopyTree(Path from, Path to, List<String> emptied, Bytes content) implements DiskStep {
    public CopyTree {
      emptied = List.copyOf(emptied);
    }

    @Override
    public String summary() {
      return "copy " + from + " to " + to;
    }
  }

  /** Copies a file and its holes. */
  record CopyFile(Path from, Path to) implements DiskStep {
    @Override
    public String summary() {
      return "copy " + from + " to " + to;
    }
  }

  /** Gives an ext2, ext3 or ext4 image another label. */
  record LabelImage(Path file, String label) implements DiskStep {
    @Override
    public String summary() {
      return "label " + file + " " + label;
    }
  }

  /** Gives an ext2, ext3 or ext4 image, which was copied from another, an identity of its own. */
  record RenewUuid(Path file) implements DiskStep {
    @Override
    public String summary() {
      return "give the file system in " + file + " a UUID of its own";
    }
  }

  /** Reads a whole file system for errors. */
  record CheckImage(Path file) implements DiskStep {
    @Override
    public String summary() {
      return "check " + file;
    }
  }

  /** A complete file gets its final name; on the disk before and after. */
  record Publish(Path temporary, Path target) implements DiskStep {
    @Override
    public String summary() {
      return "rename " + temporary + " to " + target.getFileName();
    }
  }

  /** Makes a mounted file system writable, and read-only again when the plan ends. */
  record RemountWritable(Path at) implements DiskStep {
    @Override
    public String summary() {
      return "make " + at + " writable";
    }
  }

  /**
   * Fails when the file system has less room, before anything is written to it.
   *
   * @param why what the room is for
   */
  record RequireRoom(Path at, Bytes needed, String why) implements DiskStep {
    @Override
    public String summary() {
      return "check that " + at + " has room for " + needed;
    }
  }

  /** Gives a file a second name, which is durable afterwards. An older file of it is removed. */
  record LinkFile(Path file, Path name) implements DiskStep {
    @Override
    public String summary() {
      return "link " + file + " as " + name.getFileName();
    }
  }

  /** If it is there. */
  record DeleteFile(Path file) implements DiskStep {
    @Override
    public String summary() {
      return "delete " + file;
    }
  }
}
