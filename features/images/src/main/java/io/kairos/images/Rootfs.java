package io.kairos.images;

import java.util.List;
import java.util.Optional;

/**
 * A root file system that is looked at, not run: an image, or a directory. Paths are absolute
 * inside it, and links never lead out of it.
 */
public interface Rootfs {
  /** Content of a file, links followed; nothing when there is no such file. */
  Optional<byte[]> read(String path);

  /** Whether something is there, links followed. */
  boolean exists(String path);

  /** Names in a directory, sorted; none when there is no such directory. */
  List<String> list(String directory);

  /** The path without links, for example {@code /boot/vmlinuz-6.12.0}. */
  Optional<String> realPath(String path);
}
