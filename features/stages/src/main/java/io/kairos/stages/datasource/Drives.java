package io.kairos.stages.datasource;

import io.kairos.host.Host;
import java.util.List;
import java.util.Optional;

/** Block devices that may hold files for this machine. */
interface Drives {
  /**
   * Devices in the order in which they are looked at.
   *
   * @param labels of file systems; optical drives follow, whatever their label
   */
  List<String> find(Host host, List<String> labels);

  /**
   * The first of some files that is on a device.
   *
   * @param paths relative to the root of its file system
   * @return empty when the device has no medium, no file system that is known, or none of them
   */
  Optional<String> read(Host host, String device, List<String> paths);
}
