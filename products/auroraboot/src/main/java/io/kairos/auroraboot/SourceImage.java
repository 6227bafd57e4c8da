package io.kairos.auroraboot;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.Host;
import io.kairos.images.DirectoryRootfs;
import io.kairos.images.Flattened;
import io.kairos.images.ImageSource;
import io.kairos.images.OciLayout;
import io.kairos.images.Packer;
import io.kairos.images.Rootfs;
import io.kairos.images.StoredImage;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** The image that an artifact is built from, open for reading. */
sealed interface SourceImage {
  /** What {@code kairos convert} calls the bill of materials that it leaves in the layout. */
  String SBOM = "sbom.spdx.json";

  Rootfs rootfs();

  /** Sum of all files. */
  Bytes contentSize();

  Optional<Instant> created();

  Optional<Path> sbom();

  /**
   * The tree with owners, modes and attributes, for streaming.
   *
   * @param aside where a directory is kept as an archive meanwhile
   */
  Flattened flatten(Path aside, Instant latest);

  /**
   * @param hosts opens a directory of this machine as the root of a host
   */
  static SourceImage open(ImageSource source, Function<Path, Host> hosts) {
    return switch (source) {
      case ImageSource.OciFile(var path) -> {
        StoredImage stored = OciLayout.open(path).image();
        yield new Layout(path, stored, Flattened.of(stored));
      }
      case ImageSource.Directory(var path) -> {
        if (!Files.isDirectory(path)) {
          throw new Refused(path + " is no directory", "name the root of a converted system");
        }
        yield new Directory(path, hosts.apply(path));
      }
      case ImageSource.OciImage(var reference) ->
          throw new Refused(
              reference + " is no OCI layout on this machine",
              "name the folder that `kairos convert` wrote, or dir:PATH");
      case ImageSource.ImageFile(var path) ->
          throw new Refused(
              path + " is a file, not an image that can be opened",
              "name the folder that `kairos convert` wrote, or dir:PATH");
    };
  }

  /** An image as {@code kairos convert} writes it. */
  record Layout(Path directory, StoredImage stored, Flattened flattened) implements SourceImage {
    @Override
    public Rootfs rootfs() {
      return flattened;
    }

    @Override
    public Bytes contentSize() {
      return flattened.contentSize();
    }

    @Override
    public Optional<Instant> created() {
      return stored.config().createdAt();
    }

    @Override
    public Optional<Path> sbom() {
      return Optional.of(directory.resolve(SBOM)).filter(Files::isRegularFile);
    }

    @Override
    public Flattened flatten(Path aside, Instant latest) {
      return flattened;
    }
  }

  /** The root of a system in a folder. */
  record Directory(Path root, Host host) implements SourceImage {
    @Override
    public Rootfs rootfs() {
      return new DirectoryRootfs(host);
    }

    @Override
    public Bytes contentSize() {
      var sum = new AtomicLong();
      try {
        Files.walkFileTree(
            root,
            new SimpleFileVisitor<>() {
              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
                if (facts.isRegularFile()) {
                  sum.addAndGet(facts.size());
                }
                return FileVisitResult.CONTINUE;
              }
            });
      } catch (IOException e) {
        throw new HostFailure("cannot read all of " + root, e);
      }
      return Bytes.of(sum.get());
    }

    @Override
    public Optional<Instant> created() {
      // `unpack` gives the folder the time of its image, so the same image makes the same medium.
      try {
        return Optional.of(Files.getLastModifiedTime(root).toInstant());
      } catch (IOException e) {
        throw new HostFailure("cannot look at " + root, e);
      }
    }

    @Override
    public Optional<Path> sbom() {
      return Optional.empty();
    }

    @Override
    public Flattened flatten(Path aside, Instant latest) {
      new Packer(host.kernel(), latest).archive(root, aside);
      return Flattened.ofTar(aside);
    }
  }
}
