package io.kairos.agent.interactive;

import io.kairos.agent.install.InstallTargets;
import io.kairos.base.Bytes;
import io.kairos.storage.Disk;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Disks to choose from. */
final class Disks {
  private Disks() {}

  static InstallTargets.Target free(String name) {
    return of(name, Optional.empty());
  }

  static InstallTargets.Target refused(String name, String why) {
    return of(name, Optional.of(why));
  }

  private static InstallTargets.Target of(String name, Optional<String> objection) {
    return new InstallTargets.Target(
        new Disk(
            name,
            Path.of("/dev/" + name),
            Disk.Kind.DRIVE,
            Bytes.ofMib(40 << 10),
            512,
            false,
            false,
            Optional.of("Model\u001b[2J of " + name),
            Optional.empty(),
            List.of(),
            List.of(),
            false,
            Optional.empty()),
        objection,
        Optional.empty());
  }
}
