package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.tar.MalformedTar;
import io.kairos.formats.zstd.MalformedZstd;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.ZipException;

/**
 * An archive that takes part in a root file system: a layer of an image, or a file on its own.
 *
 * @param name what errors call it
 * @param file plain, gzip or zstd
 * @param expected digest of the file, if known
 * @param diffId digest of the plain archive, if known
 * @param assembly what the plain archive is put together from, instead of the file
 */
record TarSource(
    String name,
    Path file,
    Optional<Descriptor> expected,
    Optional<Digest> diffId,
    Optional<LayerAssembly> assembly) {
  static TarSource of(StoredLayer layer) {
    return new TarSource(
        layer.toString(),
        layer.blob(),
        layer.assembly().isPresent() ? Optional.empty() : Optional.of(layer.descriptor()),
        Optional.of(layer.diffId()),
        layer.assembly());
  }

  static TarSource of(Path file) {
    return new TarSource(
        file.toString(), file, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** As it is stored; what an assembly gives is plain. */
  InputStream open() throws IOException {
    return assembly.isPresent() ? assembly.get().open() : Files.newInputStream(file);
  }

  /** As {@link #open}; files of this machine that have changed since are an error. */
  InputStream openAgain() throws IOException {
    return assembly.isPresent() ? assembly.get().openAgain() : Files.newInputStream(file);
  }

  /** Octets that {@link #open} gives, about. */
  long size() throws IOException {
    return assembly.isPresent() ? assembly.get().size() : Files.size(file);
  }

  /** What went wrong while it was read, told as the user's problem or the machine's. */
  RuntimeException failure(IOException e) {
    if (e instanceof MalformedTar
        || e instanceof MalformedZstd
        || e instanceof EOFException
        || e instanceof ZipException) {
      // A wrong digest says more than what the damage does to the archive.
      expected.ifPresent(descriptor -> OciLayout.verify(file, descriptor));
      String what = e instanceof EOFException ? "the compressed data is truncated" : e.getMessage();
      return new Refused(place() + ": " + what, "build or fetch the image again");
    }
    return new HostFailure("cannot read " + place(), e);
  }

  private String place() {
    return name.equals(file.toString()) ? name : name + " in " + file;
  }
}
