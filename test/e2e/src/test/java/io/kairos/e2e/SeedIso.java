package io.kairos.e2e;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A CD with user data, as clouds and people put it into the drives of machines. */
final class SeedIso {
  private SeedIso() {}

  /**
   * @param folder of the ISO and of its content
   * @param label cidata or config-2
   * @param file path on the CD
   */
  static Path write(Host host, Path folder, String label, String file, String content) {
    Path tree = folder.resolve("seed-" + label);
    Path iso = folder.resolve("seed-" + label + ".iso");
    try {
      Files.createDirectories(tree.resolve(file).getParent());
      Files.writeString(tree.resolve(file), content);
      Files.deleteIfExists(iso);
    } catch (IOException e) {
      throw new HostFailure("cannot write " + tree, e);
    }
    host.run(
        Command.of("xorriso", "-as", "mkisofs", "-quiet", "-R", "-J", "-V", label)
            .with("-o", iso.toString(), tree.toString()));
    return iso;
  }
}
