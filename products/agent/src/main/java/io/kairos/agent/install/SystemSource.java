package io.kairos.agent.install;

import java.nio.file.Path;

/** Where the system to install comes from, once it lies on this machine. */
public sealed interface SystemSource {
  /** A directory tree: the live system, or an unpacked image. */
  record Tree(Path root) implements SystemSource {
    @Override
    public String text() {
      return "dir://" + root;
    }
  }

  /** A file system image, copied octet by octet. */
  record ImageFile(Path file) implements SystemSource {
    @Override
    public String text() {
      return "file://" + file;
    }
  }

  /** As it is kept in state files. */
  String text();
}
