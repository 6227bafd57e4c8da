package io.kairos.host;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The system calls that have no counterpart in the JDK, one method each. Failures are {@link
 * HostFailure}s that name the call, its object and the errno. Paths are real ones, as {@link
 * Host#path} returns them.
 */
public interface Kernel {
  /** Mount options that the kernel takes as flags; anything else is data (mount(2)). */
  enum MountFlag {
    READ_ONLY,
    NO_SUID,
    NO_DEV,
    NO_EXEC,
    RELATIME,
    REMOUNT,
    BIND,
    RECURSIVE,
    MOVE,
    PRIVATE,
    SHARED
  }

  /**
   * One line of {@code /proc/self/mountinfo}.
   *
   * @param device {@code major:minor}
   * @param root path inside the file system that is the root of this mount
   * @param target where it is mounted
   * @param options options of this mount
   * @param type file system type
   * @param source device or a word
   * @param superOptions options of the file system
   */
  record MountEntry(
      String device,
      String root,
      Path target,
      String options,
      String type,
      String source,
      String superOptions) {
    public boolean isReadOnly() {
      return List.of(options.split(",")).contains("ro")
          || List.of(superOptions.split(",")).contains("ro");
    }
  }

  /**
   * mount(2).
   *
   * @param source a device, a directory to bind, or a word such as {@code tmpfs}
   * @param type file system type; empty for bind and remount
   * @param data file system options such as {@code size=25%}; may be empty
   */
  void mount(String source, Path target, String type, Set<MountFlag> flags, String data);

  /** umount2(2) without flags. */
  void unmount(Path target);

  /** umount2(2) with MNT_DETACH: gone from the tree now, released when no longer busy. */
  void detach(Path target);

  /** All mounts of this process, oldest first. */
  List<MountEntry> mounts();

  /**
   * Attaches a file to a free loop device (LOOP_CONFIGURE, retried on EBUSY).
   *
   * @return the device, for example {@code /dev/loop0}
   */
  Path attachLoop(Path file, boolean readOnly);

  void detachLoop(Path device);

  /** Loop devices and the files behind them. */
  Map<Path, Path> loops();

  /** sync(2) of everything. */
  void sync();

  /** fsync(2) of a file or a directory. */
  void sync(Path fileOrDirectory);

  /**
   * syncfs(2), and a flush of the disk's cache: all that the file system of this path has so far,
   * also what only its journal holds, is in its place afterwards. Who reads no journal, as GRUB
   * does, sees it from then on; after fsync(2) alone it may still see what was there before.
   */
  void syncFileSystem(Path directory);

  void setHostname(String name);

  /** Space that an ordinary user may still use on the file system of this path. */
  Bytes freeSpace(Path path);

  /** Size of a block device or file. */
  Bytes size(Path deviceOrFile);

  /** lchown(2). */
  void changeOwner(Path path, int uid, int gid);

  /** Extended attributes of a path, links not followed (llistxattr(2), lgetxattr(2)). */
  Map<String, byte[]> extendedAttributes(Path path);

  /** lsetxattr(2). */
  void setExtendedAttribute(Path path, String name, byte[] value);

  /**
   * mknod(2).
   *
   * @param mode file type and permissions as in st_mode
   * @param major device major number; zero for a fifo
   * @param minor device minor number; zero for a fifo
   */
  void makeNode(Path path, int mode, int major, int minor);
}
