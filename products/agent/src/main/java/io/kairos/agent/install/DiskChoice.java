package io.kairos.agent.install;

import io.kairos.base.Bytes;
import io.kairos.base.Position;
import io.kairos.base.Refused;
import io.kairos.storage.Disk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which disk is installed to. Never one that somebody would miss unasked. */
final class DiskChoice {
  private final Machine machine;
  private final Bytes needed;

  /**
   * @param needed what the layout takes at least
   */
  DiskChoice(Machine machine, Bytes needed) {
    this.machine = machine;
    this.needed = needed;
  }

  /** The largest that is fit; of equally large ones the first by kernel name. */
  Disk automatic() {
    List<String> reasons = new ArrayList<>();
    List<Disk> fit = new ArrayList<>();
    for (Disk disk : machine.devices().disks()) {
      if (disk.kind() != Disk.Kind.DRIVE) {
        continue;
      }
      Optional<String> objection = objection(disk);
      if (objection.isPresent()) {
        reasons.add(objection.get());
      } else {
        fit.add(disk);
      }
    }
    return fit.stream()
        .max(
            Comparator.comparing(Disk::size).thenComparing(fit::indexOf, Comparator.reverseOrder()))
        .orElseThrow(
            () ->
                new Refused(
                    "found no disk to install to"
                        + (reasons.isEmpty()
                            ? ": this machine has no disk"
                            : ":\n  " + String.join("\n  ", reasons)),
                    "attach a disk of at least "
                        + needed
                        + ", or name one of these in install.device once it is free"));
  }

  /** Why nobody should be given this disk without asking for it in so many words. */
  Optional<String> objection(Disk disk) {
    return reasonAgainst(disk).or(() -> removable(disk)).or(() -> tooSmall(disk));
  }

  /** The one that the user named, unless that would destroy something in use. */
  Disk named(String device, Optional<Position> where, boolean force) {
    Disk disk =
        machine
            .devices()
            .disk(Path.of(device))
            .orElseThrow(() -> new Refused(absent(device), where, choose()));
    reasonAgainst(disk)
        .ifPresent(
            reason -> {
              throw new Refused(
                  reason,
                  where,
                  disk.allUses().isEmpty() || isBootMedium(disk)
                      ? choose()
                      : "unmount it, or name another disk in install.device");
            });
    if (disk.kind() == Disk.Kind.OPTICAL || disk.kind() == Disk.Kind.FLOPPY) {
      throw new Refused(
          device + " is not a disk that a system can be installed to", where, choose());
    }
    if (!force) {
      removable(disk)
          .ifPresent(
              reason -> {
                throw new Refused(
                    reason,
                    where,
                    "name another disk in install.device, or set install.force to use it anyway");
              });
    }
    tooSmall(disk)
        .ifPresent(
            reason -> {
              throw new Refused(
                  reason, where, "choose a larger disk, or smaller sizes in install.partitions");
            });
    return disk;
  }

  /**
   * The one whose partitions somebody prepared: it carries the state partition.
   *
   * @param where it was asked for
   */
  Disk prepared(Optional<Position> where, boolean force) {
    List<Disk> found =
        machine.devices().disks().stream()
            .filter(disk -> disk.partitionLabelled("COS_STATE").isPresent())
            .toList();
    if (found.isEmpty()) {
      throw new Refused(
          "no disk has a file system labelled COS_STATE, whose partitions install.no-format would"
              + " keep",
          where,
          "name the disk in install.device to hear what it lacks, or remove install.no-format");
    }
    if (found.size() > 1) {
      throw new Refused(
          "several disks have a file system labelled COS_STATE: "
              + found.stream().map(Disk::describe).collect(Collectors.joining(", ")),
          where,
          "name one of them in install.device; GRUB may start either, so remove or wipe the other");
    }
    return named(found.getFirst().device().toString(), where, force);
  }

  private String absent(String device) {
    Optional<String> partitionOf =
        machine.devices().disks().stream()
            .filter(
                disk ->
                    disk.partitions().stream()
                        .anyMatch(partition -> partition.device().toString().equals(device)))
            .map(disk -> disk.device().toString())
            .findFirst();
    return partitionOf
        .map(whole -> device + " is a partition of " + whole + ", not a disk")
        .orElse("disk " + device + " does not exist");
  }

  private String choose() {
    List<String> names =
        machine.devices().disks().stream()
            .filter(disk -> disk.kind() == Disk.Kind.DRIVE)
            .map(disk -> disk.device().toString())
            .toList();
    return names.isEmpty()
        ? "attach a disk; this machine has none"
        : "set install.device to one of "
            + String.join(", ", names)
            + ", or to 'auto' for the largest free one";
  }

  private Optional<String> reasonAgainst(Disk disk) {
    if (isBootMedium(disk)) {
      return Optional.of(disk.device() + " is the medium that this machine was booted from");
    }
    List<Disk.Use> uses = machine.usesOf(disk.allUses());
    if (!uses.isEmpty()) {
      return Optional.of(
          "target device "
              + disk.device()
              + " has mounted partitions: "
              + uses.stream().map(Disk.Use::toString).collect(Collectors.joining(", ")));
    }
    return disk.isReadOnly() ? Optional.of(disk.device() + " is read-only") : Optional.empty();
  }

  private static Optional<String> removable(Disk disk) {
    return disk.isRemovable()
        ? Optional.of(
            disk.device() + " is removable" + disk.model().map(m -> " (" + m + ")").orElse(""))
        : Optional.empty();
  }

  private Optional<String> tooSmall(Disk disk) {
    return disk.size().isLessThan(needed)
        ? Optional.of(
            "the requested partitions size (%s) does not fit in the target disk %s (%s)"
                .formatted(needed, disk.device(), disk.size()))
        : Optional.empty();
  }

  private static boolean isBootMedium(Disk disk) {
    return disk.allUses().stream()
        .flatMap(use -> use.mountedAt().stream())
        .anyMatch(
            target ->
                target.endsWith("run/initramfs/live") || target.endsWith("run/initramfs/isoscan"));
  }
}
