package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.host.Kernel;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;

/** Adds blobs to a layout that is being made: hashed while written, aside first, then renamed. */
final class BlobWriter {
  private final Path directory;
  private final Kernel kernel;

  /**
   * @param layout its {@code blobs/sha256} exists
   */
  BlobWriter(Path layout, Kernel kernel) {
    this.directory = layout.resolve("blobs/sha256");
    this.kernel = kernel;
  }

  /** Writes a tar archive into the stream that it gets. */
  @FunctionalInterface
  interface ArchiveWriter {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * A layer that was written.
   *
   * @param diffId digest of the plain archive
   */
  record Layer(Descriptor descriptor, Digest diffId) {}

  Layer writeLayer(LayerCompression compression, ArchiveWriter archive) {
    Path aside = directory.resolve("layer.partial");
    MessageDigest plain = Digest.newHash("sha256");
    try {
      var file = new HashingOutputStream(Files.newOutputStream(aside), Digest.newHash("sha256"));
      Map<String, String> annotations;
      try (file) {
        OutputStream compressed = compression.open(new BufferedOutputStream(file, 1 << 16));
        try (compressed;
            var hashing = new HashingOutputStream(compressed, plain);
            var buffered = new BufferedOutputStream(hashing, 1 << 16)) {
          archive.writeTo(buffered);
        }
        annotations = compressed instanceof ChunkedLayer c ? c.annotations() : Map.of();
      }
      Digest digest = Digest.ofHash("sha256", file.digest());
      keep(aside, digest);
      return new Layer(
          new Descriptor(
              compression.mediaType(), digest, file.count(), Optional.empty(), annotations),
          Digest.ofHash("sha256", plain.digest()));
    } catch (IOException e) {
      throw new HostFailure("cannot write a layer to " + directory, e);
    }
  }

  Descriptor writeJson(String mediaType, byte[] json) {
    Path aside = directory.resolve("json.partial");
    try {
      Files.write(aside, json);
      Digest digest = Digest.sha256(json);
      keep(aside, digest);
      return Descriptor.of(mediaType, digest, json.length);
    } catch (IOException e) {
      throw new HostFailure("cannot write " + aside, e);
    }
  }

  /** Takes a blob of another layout over, as a hard link where that is possible. */
  void adopt(Path blob, Descriptor descriptor) {
    OciLayout.verify(blob, descriptor);
    Path target =
        directory
            .resolveSibling(descriptor.digest().algorithm())
            .resolve(descriptor.digest().hex());
    try {
      Files.createDirectories(target.getParent());
      try {
        Files.createLink(target, blob);
      } catch (FileAlreadyExistsException e) {
        return;
      } catch (IOException | UnsupportedOperationException e) {
        Files.copy(blob, target); // another file system
      }
      kernel.sync(target);
    } catch (IOException e) {
      throw new HostFailure("cannot copy " + blob, e);
    }
  }

  private void keep(Path aside, Digest digest) throws IOException {
    kernel.sync(aside);
    Files.move(
        aside, directory.resolve(digest.hex()), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }
}
