package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import io.kairos.host.Kernel.MountFlag;
import io.kairos.stages.action.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Drives as udev names them, mounted read-only for as long as it takes to read a file. */
final class MountedDrives implements Drives {
  /** What platforms make, then what people format by hand. */
  private static final List<String> FILE_SYSTEMS = List.of("iso9660", "vfat", "ext4");

  private static final String MOUNT_POINT = "/run/kairos/datasource";

  @Override
  public List<String> find(Host host, List<String> labels) {
    List<String> devices = new ArrayList<>();
    for (String label : labels) {
      String link = "/dev/disk/by-label/" + label;
      if (Files.exists(host.resolved(link))) {
        devices.add(link);
      }
    }
    try (var entries = Files.newDirectoryStream(host.resolved("/dev"), "sr[0-9]*")) {
      List<String> optical = new ArrayList<>();
      entries.forEach(entry -> optical.add("/dev/" + entry.getFileName()));
      optical.sort(null);
      devices.addAll(optical);
    } catch (IOException noDevices) {
      return devices;
    }
    return devices;
  }

  @Override
  public Optional<String> read(Host host, String device, List<String> paths) {
    HostFiles.createDirectories(host, MOUNT_POINT, 0700);
    Path target = host.resolved(MOUNT_POINT);
    for (String type : FILE_SYSTEMS) {
      try {
        host.kernel()
            .mount(
                host.resolved(device).toString(),
                target,
                type,
                Set.of(MountFlag.READ_ONLY, MountFlag.NO_DEV, MountFlag.NO_SUID),
                "");
      } catch (HostFailure notOfThisType) {
        continue;
      }
      try {
        for (String path : paths) {
          Optional<String> text = HostFiles.read(host, MOUNT_POINT + "/" + path);
          if (text.isPresent()) {
            return text;
          }
        }
        return Optional.empty();
      } finally {
        host.kernel().unmount(target);
      }
    }
    return Optional.empty();
  }
}
