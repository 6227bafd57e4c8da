package io.kairos.stages.action;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;

/** How actions read and write files of the host: complete or not at all. */
public final class HostFiles {
  private HostFiles() {}

  /** The text of a file, if it is there. */
  public static Optional<String> read(Host host, String path) {
    Path real = host.resolved(path);
    if (!Files.isRegularFile(real)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new String(Files.readAllBytes(real), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new HostFailure("cannot read " + path, e);
    }
  }

  public static void write(Host host, String path, String text, int mode) {
    write(host, path, text.getBytes(StandardCharsets.UTF_8), mode);
  }

  /**
   * Writes a file beside its place and renames it, unless it already holds just this. Links are
   * followed inside the host's root. What cannot be renamed over, such as a file of {@code /proc}
   * or a mounted file, is written in place.
   *
   * @param mode its nine permission bits, whatever the umask
   */
  public static void write(Host host, String path, byte[] content, int mode) {
    Path real = host.resolved(path);
    try {
      if (Files.isRegularFile(real) && Arrays.equals(Files.readAllBytes(real), content)) {
        permit(real, mode);
        return;
      }
    } catch (IOException unreadable) {
      // written below, or failing there with a better reason
    }
    try {
      replace(real, content, mode);
    } catch (IOException e) {
      throw new HostFailure("cannot write " + path, e);
    }
  }

  private static void replace(Path real, byte[] content, int mode) throws IOException {
    if (Files.isDirectory(real)) {
      throw new FileSystemException(real.toString(), null, "is a directory");
    }
    boolean isOrdinary = !Files.exists(real) || Files.isRegularFile(real);
    if (isOrdinary) {
      Path aside = beside(real);
      try {
        Files.deleteIfExists(aside);
        Files.createFile(
            aside,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(aside, content, StandardOpenOption.WRITE);
        permit(aside, mode);
        Files.move(
            aside, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return;
      } catch (AtomicMoveNotSupportedException e) {
        Files.deleteIfExists(aside);
      } catch (IOException e) {
        if (!Files.exists(real)) {
          throw e;
        }
        deleteQuietly(aside);
      }
    }
    Files.write(real, content, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    if (isOrdinary) {
      permit(real, mode);
    }
  }

  /** Steps run side by side; each thread has its own name for the file it prepares. */
  private static Path beside(Path real) {
    return real.resolveSibling(
        "." + real.getFileName() + ".kairos-" + Thread.currentThread().threadId());
  }

  private static void deleteQuietly(Path aside) {
    try {
      Files.deleteIfExists(aside);
    } catch (IOException goneOrReadOnly) {
      // the write that follows tells what is wrong
    }
  }

  /** Replaces a file so that neither a crash nor a reader ever sees a part of it. */
  public static void writeDurably(Host host, String path, String text, int mode) {
    Path real = host.resolved(path);
    Path aside = beside(real);
    try {
      Files.deleteIfExists(aside);
      Files.createFile(
          aside,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(aside, text, StandardOpenOption.WRITE);
      permit(aside, mode);
      host.kernel().sync(aside);
      if (Files.exists(real)) {
        var attributes = Files.readAttributes(real, "unix:uid,gid");
        host.kernel()
            .changeOwner(aside, (Integer) attributes.get("uid"), (Integer) attributes.get("gid"));
      }
      Files.move(aside, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      host.kernel().sync(real.getParent());
    } catch (IOException e) {
      throw new HostFailure("cannot write " + path, e);
    }
  }

  /** The nine permission bits of a file, or a standard when it is not there. */
  public static int mode(Host host, String path, int standard) {
    try {
      return (Integer) Files.getAttribute(host.resolved(path), "unix:mode") & 0777;
    } catch (IOException absent) {
      return standard;
    }
  }

  /** Sets the nine permission bits of a real path. */
  public static void permit(Path real, int mode) throws IOException {
    Files.setAttribute(real, "unix:mode", mode & 0777);
  }

  /** Creates the folders above a file, 0755 each, where they are missing. */
  public static void createParents(Host host, String path) {
    createDirectories(host, path.substring(0, Math.max(1, path.lastIndexOf('/'))), 0755);
  }

  /** Creates a folder and what is missing above it; folders that exist stay as they are. */
  public static void createDirectories(Host host, String path, int mode) {
    Path real = host.resolved(path);
    if (Files.isDirectory(real)) {
      return;
    }
    if (Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
      throw new HostFailure(path + " is no directory");
    }
    String parent = path.substring(0, Math.max(1, path.lastIndexOf('/')));
    createDirectories(host, parent, mode);
    try {
      Files.createDirectory(real);
      permit(real, mode);
    } catch (java.nio.file.FileAlreadyExistsException anotherStepWasFaster) {
      return;
    } catch (IOException e) {
      throw new HostFailure("cannot create the directory " + path, e);
    }
  }

  /** A path as a user may write it: absolute, without a trailing slash. */
  public static String normalized(String path) {
    String absolute = path.startsWith("/") ? path : "/" + path;
    while (absolute.length() > 1 && absolute.endsWith("/")) {
      absolute = absolute.substring(0, absolute.length() - 1);
    }
    return absolute;
  }
}
