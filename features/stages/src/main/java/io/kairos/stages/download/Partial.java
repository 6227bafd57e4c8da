package io.kairos.stages.download;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The file that grows beside its place. Its name says of which version of which file it is a part,
 * so that parts of different versions never meet.
 */
final class Partial {
  private static final String END = ".kairos-part";

  private Partial() {}

  static Path of(Path real, String address, Optional<Remote> remote) {
    String version =
        address + "\n" + remote.map(r -> r.validator().orElse("") + "\n" + r.size()).orElse("");
    var sum = new CRC32C();
    sum.update(version.getBytes(StandardCharsets.UTF_8));
    return real.resolveSibling(
        prefix(real) + HexFormat.of().toHexDigits((int) sum.getValue()) + END);
  }

  private static String prefix(Path real) {
    return "." + real.getFileName() + ".";
  }

  /** Nobody else reads it before it is whole. */
  static void create(Path partial) throws IOException {
    try {
      Files.createFile(
          partial,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException continued) {
      return;
    }
  }

  /** Parts of other versions are of no use any more. */
  static void deleteOthers(Path real) throws IOException {
    try (DirectoryStream<Path> beside =
        Files.newDirectoryStream(
            real.getParent(),
            other -> {
              String name = other.getFileName().toString();
              return name.startsWith(prefix(real))
                  && name.endsWith(END)
                  && name.length() == prefix(real).length() + 8 + END.length();
            })) {
      for (Path other : beside) {
        Files.deleteIfExists(other);
      }
    }
  }
}
