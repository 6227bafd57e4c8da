package io.kairos.agent.node;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.formats.tar.TarEntry;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.images.Flattened;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is known of a system before it is copied.
 *
 * @param content room that its files and inodes take in blocks of 4 KiB, each hard link counted
 *     once
 * @param entries files, folders and links
 * @param hasSelinuxPolicy whether files must be labelled after the copy
 */
public record SourceFacts(Bytes content, long entries, boolean hasSelinuxPolicy) {
  /** Emptied in a copy: what only a running system has. The folders themselves are kept. */
  public static final List<String> EMPTIED =
      List.of("mnt", "proc", "sys", "dev", "tmp", "host", "run");

  private static final String SELINUX_CONTEXTS =
      "etc/selinux/targeted/contexts/files/file_contexts";

  private static final int BLOCK = 4096;

  /** An inode takes 256 octets, and an image gets a quarter more of them than it needs. */
  private static final int INODE = 320;

  public static SourceFacts measure(Host host, SystemSource source) {
    return switch (source) {
      case SystemSource.Tree(var root) -> measureTree(root);
      case SystemSource.Image(_, Flattened root, _) -> measureImage(root);
      case SystemSource.Unseen _ -> new SourceFacts(Bytes.ZERO, 0, false);
      case SystemSource.ImageFile(var file) -> new SourceFacts(allocated(host, file), 0, false);
    };
  }

  /** The holes of an image take no room, and its copy keeps them. */
  private static Bytes allocated(Host host, Path file) {
    String answer = host.run(Command.of("du", "--block-size=1", "--", file.toString())).stdout();
    return Bytes.of(Long.parseLong(answer.split("\\s", 2)[0]));
  }

  private static SourceFacts measureImage(Flattened root) {
    long octets = 0;
    long entries = 0;
    for (TarEntry entry : root.entries()) {
      entries++;
      octets += INODE;
      if (entry.kind() == TarEntry.Kind.DIRECTORY) {
        octets += BLOCK;
      } else if (entry.kind() == TarEntry.Kind.FILE) {
        octets += Math.ceilDiv(entry.size(), BLOCK) * BLOCK;
      }
    }
    return new SourceFacts(Bytes.of(octets), entries, root.exists(SELINUX_CONTEXTS));
  }

  private static SourceFacts measureTree(Path root) {
    var counter = new Counter(root);
    try {
      Files.walkFileTree(root, counter);
    } catch (IOException e) {
      throw new HostFailure("cannot measure " + root, e);
    }
    return new SourceFacts(
        Bytes.of(counter.octets), counter.entries, Files.exists(root.resolve(SELINUX_CONTEXTS)));
  }

  private static final class Counter extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Set<Object> seen = new HashSet<>();
    private long octets;
    private long entries;

    Counter(Path root) {
      this.root = root;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      entries++;
      octets += BLOCK + INODE;
      boolean excluded =
          root.equals(folder.getParent()) && EMPTIED.contains(folder.getFileName().toString());
      return excluded ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      entries++;
      octets += INODE;
      if (attributes.isRegularFile() && seen.add(attributes.fileKey())) {
        octets += Math.ceilDiv(attributes.size(), BLOCK) * BLOCK;
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
