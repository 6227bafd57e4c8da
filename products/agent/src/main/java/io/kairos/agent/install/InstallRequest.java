package io.kairos.agent.install;

import io.kairos.agent.bundle.Bundles;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.Bytes;
import io.kairos.base.Position;
import io.kairos.boot.Firmware;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What an installation was asked to do, after configuration and command line have been merged.
 *
 * @param device as the user wrote it; empty and {@code auto} mean the largest suitable disk
 * @param devicePosition where it was written
 * @param source empty: the live system
 * @param force also on removable disks, and over an installation whose partitions are kept
 * @param noFormat what the user prepared is kept; empty: the whole disk is partitioned
 * @param firmware empty: as this machine was started
 * @param cloudInit files that become {@code 9<i>_custom.yaml} on the OEM partition, in this order
 */
public record InstallRequest(
    String device,
    Optional<Position> devicePosition,
    Optional<SystemSource> source,
    Sizes sizes,
    List<ExtraPartition> extraPartitions,
    boolean force,
    Optional<NoFormat> noFormat,
    Optional<String> bootEntryName,
    Optional<String> tty,
    List<Path> cloudInit,
    List<String> extraFolders,
    Map<String, String> grubOptions,
    List<String> bindMounts,
    List<String> ephemeralMounts,
    Bundles bundles,
    boolean hardensSsh,
    boolean ejectsCd,
    boolean isStrict,
    Optional<Firmware> firmware,
    Afterwards afterwards) {

  /** Sizes that the user set; zero means the default. */
  public record Sizes(
      Bytes active,
      Bytes passive,
      Bytes recoveryImage,
      Bytes efi,
      Bytes oem,
      Bytes recovery,
      Bytes state,
      Bytes persistent) {
    public static final Sizes DEFAULTS =
        new Sizes(
            Bytes.ZERO,
            Bytes.ZERO,
            Bytes.ZERO,
            Bytes.ZERO,
            Bytes.ZERO,
            Bytes.ZERO,
            Bytes.ZERO,
            Bytes.ZERO);

    boolean changePartitions() {
      return Stream.of(efi, oem, recovery, state, persistent).anyMatch(size -> !size.isZero());
    }
  }

  /**
   * A partition of the user's own.
   *
   * @param filesystem as the user wrote it; empty means ext2
   * @param size zero means the rest of the disk
   */
  public record ExtraPartition(
      String name,
      Optional<String> label,
      Bytes size,
      String filesystem,
      Optional<Position> position) {}

  /**
   * The partitions of the disk and what is on them stay.
   *
   * @param position where it was written
   */
  public record NoFormat(Optional<Position> position) {}

  /** What happens to the machine when it is installed; both may be asked for. */
  public record Afterwards(boolean reboots, boolean powersOff) {}

  public InstallRequest {
    extraPartitions = List.copyOf(extraPartitions);
    cloudInit = List.copyOf(cloudInit);
    extraFolders = List.copyOf(extraFolders);
    grubOptions = new TreeMap<>(grubOptions);
    bindMounts = List.copyOf(bindMounts);
    ephemeralMounts = List.copyOf(ephemeralMounts);
  }

  /** Nothing but a device, everything else as by default. */
  public static InstallRequest onto(String device) {
    return new InstallRequest(
        device,
        Optional.empty(),
        Optional.empty(),
        Sizes.DEFAULTS,
        List.of(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        Map.of(),
        List.of(),
        List.of(),
        Bundles.NONE,
        false,
        false,
        false,
        Optional.empty(),
        new Afterwards(false, false));
  }

  public boolean picksDisk() {
    return device.isEmpty() || device.equals("auto");
  }

  /** With the merged configuration as its last cloud-config. */
  public InstallRequest withCloudInit(Path file) {
    var files = new java.util.ArrayList<>(cloudInit);
    files.add(file);
    return with(device, source, files);
  }

  /** With the device that a script or a link stands for. */
  public InstallRequest withDevice(String resolved) {
    return with(resolved, source, cloudInit);
  }

  InstallRequest withSource(SystemSource other) {
    return with(device, Optional.of(other), cloudInit);
  }

  private InstallRequest with(
      String newDevice, Optional<SystemSource> newSource, List<Path> newCloudInit) {
    return new InstallRequest(
        newDevice,
        devicePosition,
        newSource,
        sizes,
        extraPartitions,
        force,
        noFormat,
        bootEntryName,
        tty,
        newCloudInit,
        extraFolders,
        grubOptions,
        bindMounts,
        ephemeralMounts,
        bundles,
        hardensSsh,
        ejectsCd,
        isStrict,
        firmware,
        afterwards);
  }
}
