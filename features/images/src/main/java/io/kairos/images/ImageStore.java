package io.kairos.images;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * What pulls have fetched, by digest, so that an attempt goes on where the one before ended: {@code
 * blobs/sha256/HEX} as in a layout, {@code HEX.partial} beside it while it grows, and {@code
 * files/HEX} for files that were fetched one by one. Whatever is found here is hashed before it is
 * used: the power may have failed while it was written. The folder may be deleted at any time when
 * no pull is running.
 */
final class ImageStore {
  private final Path folder;

  ImageStore(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder.resolve("blobs/sha256"));
    } catch (IOException e) {
      throw new HostFailure("cannot make " + folder, e);
    }
  }

  Path folder() {
    return folder;
  }

  Path blob(Digest digest) {
    return folder.resolve("blobs").resolve(digest.algorithm()).resolve(digest.hex());
  }

  Path partial(Digest digest) {
    Path blob = blob(digest);
    return blob.resolveSibling(blob.getFileName() + ".partial");
  }

  /** A file of an image. */
  Path file(Digest digest) {
    return folder.resolve("files").resolve(digest.hex());
  }

  /**
   * @throws Refused when the file system has not so much room left
   */
  void requireRoom(long octets) throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < octets) {
      throw new Refused(
          folder
              + " has "
              + Bytes.of(free)
              + " free, the image needs "
              + Bytes.of(octets)
              + " more",
          "make room there, and start again: what is here already is not fetched again");
    }
  }

  /** Whether a blob is here whole; one that is damaged is removed. */
  boolean holds(Digest digest, long size) throws IOException {
    return isWhole(blob(digest), digest, size);
  }

  /** As {@link #holds}, for a file of an image. */
  boolean holdsFile(Digest digest, long size) throws IOException {
    return isWhole(file(digest), digest, size);
  }

  private static boolean isWhole(Path path, Digest digest, long size) throws IOException {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    if (Files.size(path) == size && hash(path, digest).equals(digest)) {
      return true;
    }
    Files.delete(path);
    return false;
  }

  private static Digest hash(Path path, Digest like) throws IOException {
    return hash(path, like, new byte[1 << 17]);
  }

  static Digest hash(Path path, Digest like, byte[] buffer) throws IOException {
    MessageDigest hash = like.newHash();
    try (InputStream in = Files.newInputStream(path)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        hash.update(buffer, 0, count);
      }
    }
    return Digest.ofHash(like.algorithm(), hash.digest());
  }

  /** Keeps a small blob. */
  void keep(Digest digest, byte[] content) throws IOException {
    Path partial = partial(digest);
    Files.createDirectories(partial.getParent());
    Files.write(partial, content);
    finish(digest);
  }

  /** The partial blob was found to be whole: flushed, then named. */
  void finish(Digest digest) throws IOException {
    Path blob = blob(digest);
    flush(partial(digest), StandardOpenOption.WRITE);
    Files.move(partial(digest), blob, StandardCopyOption.ATOMIC_MOVE);
    flush(blob.getParent(), StandardOpenOption.READ);
  }

  private static void flush(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }
}
