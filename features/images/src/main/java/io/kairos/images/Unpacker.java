package io.kairos.images;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.tar.TarEntry;
import io.kairos.formats.tar.TarEntry.Kind;
import io.kairos.host.Kernel;
import io.kairos.images.UnpackOptions.Devices;
import io.kairos.images.UnpackOptions.Ownership;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a root file system into an empty directory. Every parent is a directory that was just made
 * here, so no link of the image can lead a write elsewhere. What was written is removed again when
 * it fails. Nothing is flushed; that is for whoever needs it durable.
 */
public final class Unpacker {
  /** What a fresh ext4 has. */
  private static final String LOST_AND_FOUND = "lost+found";

  /** Room for an inode and a directory entry, rounded up. */
  private static final long BYTES_PER_ENTRY = 512;

  private final Kernel kernel;
  private final UnpackOptions options;

  public Unpacker(Kernel kernel, UnpackOptions options) {
    this.kernel = kernel;
    this.options = options;
  }

  /**
   * @param target an empty directory, or one that does not exist yet
   * @throws Refused before anything is written: not root, target not empty, no space, a device node
   *     where none may be
   */
  public void unpack(Flattened image, Path target) {
    List<TarEntry> entries = image.entries();
    FileNames.requireUtf8();
    requireRoot();
    requireEmpty(target);
    requireNoForbiddenDevice(entries);
    try {
      Files.createDirectories(target);
      requireSpace(image, entries, target);
      write(image, entries, target);
    } catch (IOException | InvalidPathException e) {
      clear(target);
      throw new HostFailure("cannot unpack into " + target, e);
    } catch (RuntimeException e) {
      clear(target);
      throw e;
    }
  }

  private void write(Flattened image, List<TarEntry> entries, Path target) throws IOException {
    for (TarEntry entry : entries) {
      if (entry.kind() == Kind.DIRECTORY) {
        Files.createDirectory(target.resolve(entry.name()));
      }
    }
    image.eachFile(
        (file, content) -> {
          Path path = target.resolve(file.name());
          write(path, content);
          finish(path, file);
        });
    for (TarEntry entry : entries) {
      Path path = target.resolve(entry.name());
      switch (entry.kind()) {
        case SYMLINK -> {
          Files.createSymbolicLink(path, Path.of(entry.linkTarget()));
          finish(path, entry);
        }
        case CHARACTER_DEVICE, BLOCK_DEVICE -> makeDevice(path, entry);
        case FIFO -> {
          kernel.makeNode(path, FileFacts.S_IFIFO | 0600, 0, 0);
          finish(path, entry);
        }
        default -> {}
      }
    }
    for (TarEntry entry : entries) {
      if (entry.kind() == Kind.HARD_LINK && exists(target.resolve(entry.linkTarget()))) {
        Files.createLink(target.resolve(entry.name()), target.resolve(entry.linkTarget()));
      }
    }
    // Children change the times of their directory, so directories come last, deepest first.
    var directories = new ArrayList<TarEntry>();
    for (TarEntry entry : entries) {
      if (entry.kind() == Kind.DIRECTORY) {
        directories.add(entry);
      }
    }
    for (TarEntry entry : directories.reversed()) {
      finish(target.resolve(entry.name()), entry);
    }
    finish(target, image.rootDirectory());
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static void write(Path path, InputStream content) throws IOException {
    try (OutputStream out =
        Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      content.transferTo(out);
    }
  }

  private void makeDevice(Path path, TarEntry entry) throws IOException {
    if (options.devices() == Devices.CREATE && options.ownership() == Ownership.RECORDED) {
      int type = entry.kind() == Kind.BLOCK_DEVICE ? FileFacts.S_IFBLK : FileFacts.S_IFCHR;
      kernel.makeNode(path, type | 0600, entry.major(), entry.minor());
      finish(path, entry);
    }
  }

  /** Owner first, because chown(2) takes set-user-id bits and capabilities away; mode last. */
  private void finish(Path path, TarEntry entry) throws IOException {
    boolean recorded = options.ownership() == Ownership.RECORDED;
    if (recorded) {
      kernel.changeOwner(path, owner(entry.uid(), entry), owner(entry.gid(), entry));
    }
    entry
        .attributes()
        .forEach(
            (name, value) -> {
              if (recorded || name.startsWith("user.")) {
                kernel.setExtendedAttribute(path, name, value.toArray());
              }
            });
    if (!entry.kind().isDevice() && entry.kind() != Kind.FIFO) {
      // The JDK opens what is no link to set its times; a fifo would wait, a device would act.
      var time = FileTime.from(entry.modified());
      Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .setTimes(time, time, null);
    }
    if (entry.kind() != Kind.SYMLINK) {
      Files.setAttribute(path, "unix:mode", entry.mode());
    }
  }

  private static int owner(long id, TarEntry entry) {
    if (id < 0 || id >= 0xffff_ffffL) {
      throw new Refused(
          "/" + entry.name() + " belongs to the impossible id " + id, "use another build");
    }
    return (int) id;
  }

  private void requireRoot() {
    if (options.ownership() == Ownership.RECORDED
        && FileFacts.of(Path.of("/proc/self")).uid() != 0) {
      throw new Refused(
          "only root can give the files of an image their owners and capabilities",
          "run it as root or in a user namespace");
    }
  }

  private static void requireEmpty(Path target) {
    if (!exists(target)) {
      return;
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(target)) {
      for (Path child : children) {
        if (!child.getFileName().toString().equals(LOST_AND_FOUND)) {
          throw new Refused(
              target + " is not empty: it holds " + child.getFileName(),
              "name an empty directory, or remove what is there");
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot list " + target, e);
    }
  }

  private void requireNoForbiddenDevice(List<TarEntry> entries) {
    if (options.devices() != Devices.REFUSE) {
      return;
    }
    for (TarEntry entry : entries) {
      if (entry.kind().isDevice()) {
        throw new Refused(
            "/" + entry.name() + " is a device node, which has no place here",
            "use an image without device nodes");
      }
    }
  }

  private void requireSpace(Flattened image, List<TarEntry> entries, Path target) {
    Bytes needed = image.contentSize().plus(Bytes.of(entries.size() * BYTES_PER_ENTRY));
    Bytes free = kernel.freeSpace(target);
    if (free.isLessThan(needed)) {
      throw new Refused(
          target + " has " + free + " free, the image needs " + needed,
          "make room, or choose another place");
    }
  }

  /** Leaves an empty directory behind. */
  private static void clear(Path target) {
    if (!exists(target)) {
      return;
    }
    try {
      Files.walkFileTree(
          target,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure)
                throws IOException {
              if (!directory.equals(target) && !directory.equals(target.resolve(LOST_AND_FOUND))) {
                Files.delete(directory);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new HostFailure("cannot remove what was unpacked into " + target, e);
    }
  }
}
