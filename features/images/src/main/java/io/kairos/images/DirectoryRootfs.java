package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A root file system in a directory. */
public final class DirectoryRootfs implements Rootfs {
  private final Host host;

  /**
   * @param host opened at that directory
   */
  public DirectoryRootfs(Host host) {
    this.host = host;
  }

  @Override
  public Optional<byte[]> read(String path) {
    Path real = host.resolved(path);
    if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readAllBytes(real));
    } catch (IOException e) {
      throw new HostFailure("cannot read " + real, e);
    }
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(host.resolved(path), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public List<String> list(String directory) {
    Path real = host.resolved(directory);
    if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(real)) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new HostFailure("cannot list " + real, e);
    }
  }

  @Override
  public Optional<String> realPath(String path) {
    return exists(path)
        ? Optional.of("/" + host.path("/").relativize(host.resolved(path)))
        : Optional.empty();
  }
}
