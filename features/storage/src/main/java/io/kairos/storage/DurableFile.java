package io.kairos.storage;

import io.kairos.base.HostFailure;
import io.kairos.host.Kernel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Files that are old or new after a power cut, never half: written aside, flushed, renamed, and
 * their folder flushed.
 */
public final class DurableFile {
  private final Kernel kernel;
  private final boolean withoutJournal;

  public DurableFile(Kernel kernel) {
    this(kernel, false);
  }

  private DurableFile(Kernel kernel, boolean withoutJournal) {
    this.kernel = kernel;
    this.withoutJournal = withoutJournal;
  }

  /**
   * Files that a boot loader reads. GRUB does not replay a journal: it sees what is in its place on
   * the disk. So a file is there as a whole before its name changes, and so is the name afterwards;
   * in between GRUB finds the old file or the new one.
   */
  public static DurableFile forBootLoader(Kernel kernel) {
    return new DurableFile(kernel, true);
  }

  /**
   * @param permissions as in {@code rw-r-----}; what the file system of {@code target} cannot keep
   *     (FAT) is dropped
   */
  public void write(Path target, byte[] content, String permissions) {
    Path aside = target.resolveSibling("." + target.getFileName() + ".new");
    try {
      Files.createDirectories(target.getParent());
      Files.deleteIfExists(aside);
      Files.write(aside, content);
      try {
        Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString(permissions));
      } catch (IOException e) {
        if (!isFat(aside)) {
          throw e;
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot write " + target, e);
    }
    rename(aside, target);
  }

  public void write(Path target, String content, String permissions) {
    write(target, content.getBytes(StandardCharsets.UTF_8), permissions);
  }

  /**
   * Within one file system. What was called {@code to} before stays where it is until the new name
   * is on the disk: the kernel writes a freed inode and a changed folder in any order, and a boot
   * loader that replays no journal would find the old name of a file that is empty.
   */
  public void rename(Path from, Path to) {
    kernel.sync(from);
    settle(from.getParent());
    try (FileChannel _ = held(to)) {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      kernel.sync(to.getParent());
      settle(to.getParent());
    } catch (IOException e) {
      throw new HostFailure("cannot rename " + from + " to " + to, e);
    }
  }

  /** An open file is freed when it is closed (unlink(2)); null when there is none. */
  private FileChannel held(Path file) throws IOException {
    return withoutJournal && Files.isRegularFile(file)
        ? FileChannel.open(file, StandardOpenOption.READ)
        : null;
  }

  /**
   * Gives a file a second name.
   *
   * @param name an older file of this name is removed
   */
  public void link(Path file, Path name) {
    try {
      Files.deleteIfExists(name);
      Files.createLink(name, file);
    } catch (IOException e) {
      throw new HostFailure("cannot link " + file + " as " + name, e);
    }
    kernel.sync(name.getParent());
    settle(name.getParent());
  }

  private void settle(Path folder) {
    if (withoutJournal) {
      kernel.syncFileSystem(folder);
    }
  }

  public void delete(Path file) {
    try {
      if (Files.deleteIfExists(file)) {
        kernel.sync(file.getParent());
        settle(file.getParent());
      }
    } catch (IOException e) {
      throw new HostFailure("cannot delete " + file, e);
    }
  }

  private static boolean isFat(Path file) throws IOException {
    return Files.getFileStore(file).type().matches("v?fat|msdos|exfat");
  }
}
