package io.kairos.dist.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Equal modes and times, whoever builds and whenever. */
public final class SettledTree {
  /**
   * The time of every file. It is older than any SOURCE_DATE_EPOCH that a packer may clamp to,
   * because the VM refuses an archive whose jars changed their time.
   */
  private static final FileTime SETTLED = FileTime.from(Instant.ofEpochSecond(1));

  private SettledTree() {}

  /** Everybody may read all of a tree, and run what its owner may run. */
  public static void settle(Path tree) throws IOException {
    for (Path path : walk(tree).reversed()) {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      } else if (!Files.isSymbolicLink(path)) {
        boolean runs =
            Files.getPosixFilePermissions(path).contains(PosixFilePermission.OWNER_EXECUTE);
        Files.setPosixFilePermissions(
            path, PosixFilePermissions.fromString(runs ? "rwxr-xr-x" : "rw-r--r--"));
      }
      Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .setTimes(SETTLED, SETTLED, null);
    }
  }

  /** All of a tree, itself too, in the order of names. */
  static List<Path> walk(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.sorted().toList();
    }
  }
}
