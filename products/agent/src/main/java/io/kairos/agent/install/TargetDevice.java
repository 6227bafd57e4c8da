package io.kairos.agent.install;

import io.kairos.base.Position;
import io.kairos.base.Refused;
import io.kairos.config.DeviceScript;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** From what the user wrote as {@code install.device} to a device node. */
final class TargetDevice {
  private TargetDevice() {}

  /**
   * Runs a script, follows a link; {@code auto} and plain nodes stay as they are.
   *
   * @throws Refused when a link names a partition or nothing
   */
  static String resolve(Host host, String device, Optional<Position> where) {
    String named = DeviceScript.resolve(host, device);
    return named.startsWith("/dev/disk/by-") ? followed(host, named, where) : named;
  }

  private static String followed(Host host, String link, Optional<Position> where) {
    if (link.contains("partlabel") || link.contains("partuuid")) {
      throw new Refused(
          link + " names a partition, not a disk",
          where,
          "use a link below /dev/disk/by-id or /dev/disk/by-path");
    }
    try {
      Path real = host.path(link).toRealPath();
      if (real.startsWith("/dev")) {
        return real.toString();
      }
    } catch (IOException e) {
      // told below: the link does not lead to a device
    }
    throw new Refused(
        "failed to read device link " + link,
        where,
        "ls -l /dev/disk/by-id shows the names of the disks of this machine");
  }
}
