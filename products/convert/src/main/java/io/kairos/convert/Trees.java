package io.kairos.convert;

import io.kairos.base.HostFailure;
import io.kairos.host.Kernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Directory trees as a whole; links in them are never followed. */
final class Trees {
  private Trees() {}

  /** Copies with modes and times; everything belongs to root afterwards. */
  static void copy(Kernel kernel, Path from, Path to) {
    try {
      Files.walkFileTree(
          from,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes facts)
                throws IOException {
              Path copy = to.resolve(from.relativize(directory).toString());
              Files.createDirectories(copy);
              Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(directory));
              kernel.changeOwner(copy, 0, 0);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts)
                throws IOException {
              Path copy = to.resolve(from.relativize(file).toString());
              Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
              kernel.changeOwner(copy, 0, 0);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure)
                throws IOException {
              Path copy = to.resolve(from.relativize(directory).toString());
              Files.setLastModifiedTime(copy, Files.getLastModifiedTime(directory));
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new HostFailure("cannot copy " + from + " to " + to, e);
    }
  }

  /** Octets of all plain files. */
  static long size(Path tree) {
    try (Stream<Path> all = Files.walk(tree)) {
      long size = 0;
      for (Path path : all.toList()) {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          size += Files.size(path);
        }
      }
      return size;
    } catch (IOException e) {
      throw new HostFailure("cannot look through " + tree, e);
    }
  }

  /** SHA-256 over the names, kinds and contents of a tree. */
  static String digest(Path tree) {
    try (Stream<Path> all = Files.walk(tree)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      List<Path> sorted = all.sorted().toList();
      for (Path path : sorted) {
        digest.update((tree.relativize(path) + "\0").getBytes(StandardCharsets.UTF_8));
        if (Files.isSymbolicLink(path)) {
          digest.update(Files.readSymbolicLink(path).toString().getBytes(StandardCharsets.UTF_8));
        } else if (Files.isRegularFile(path)) {
          digest.update(Files.readAllBytes(path));
        }
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new HostFailure("cannot read " + tree, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
