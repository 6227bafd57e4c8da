package io.kairos.immucore;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.NameUuid;
import io.kairos.base.Refused;
import io.kairos.host.Host;
import io.kairos.host.Udev;
import io.kairos.plan.StepProgress;
import io.kairos.stages.StageLog;
import io.kairos.stages.layout.AddedPartitions;
import io.kairos.stages.layout.LayoutDisk;
import io.kairos.stages.layout.NewPartition;
import io.kairos.storage.Awaited;
import io.kairos.storage.BlockDevices;
import io.kairos.storage.Disk;
import io.kairos.storage.DiskPerformer;
import io.kairos.storage.DiskStep;
import io.kairos.storage.Filesystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The partitions that keep what a node keeps whose system lives in memory. They are found on its
 * disks; made there, where the kernel command line allows it; and used as the devices that they
 * are, because another disk may carry the same labels.
 */
final class RamPartitions {
  /** GPT names by the labels of the file systems. */
  private static final Map<String, String> NAMES =
      Map.of("COS_OEM", "oem", "COS_PERSISTENT", "persistent");

  private static final List<String> LABELS = List.of("COS_OEM", "COS_PERSISTENT");
  private static final String DISK_NAME = "KAIROS_RAM";
  private static final UUID DISK_ID = NameUuid.of(DISK_NAME);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Host host;
  private final InRam wanted;
  private final Predicate<Disk> isEligible;
  private final StageLog log;

  /**
   * @param isEligible disks that may hold them
   */
  RamPartitions(Host host, InRam wanted, Predicate<Disk> isEligible, StageLog log) {
    this.host = host;
    this.wanted = wanted;
    this.isEligible = isEligible;
    this.log = log;
  }

  /** Disks of the machine; what can be pulled out, or is made of something else, is none. */
  static boolean isInternal(Disk disk) {
    return disk.kind() == Disk.Kind.DRIVE
        && !disk.isRemovable()
        && !disk.isReadOnly()
        && !disk.name().startsWith("nbd");
  }

  /**
   * Finds them, and makes what is missing.
   *
   * @return devices by label
   * @throws Refused when something is missing and may not be made; no disk was touched
   */
  Map<String, Path> ensure() {
    Udev.settle(host); // a disk that shows up late may hold them
    Map<String, Path> found = found(disks());
    List<String> missing = LABELS.stream().filter(label -> !found.containsKey(label)).toList();
    if (missing.isEmpty()) {
      return found;
    }
    if (!wanted.creates()) {
      throw new Refused(
          "no disk has a file system labelled %s: a system in memory keeps its state there"
              .formatted(String.join(" or ", missing)),
          "add kairos.ram.create_partitions to the kernel command line to have them made on an"
              + " empty disk, or kairos.ram.create_partitions=/dev/DISK on that one");
    }
    make(target(found), missing);
    Awaited.in(host.path("/dev"), PATIENCE)
        .until(
            () -> found(disks()).keySet().containsAll(LABELS),
            "the partitions " + String.join(", ", missing));
    return found(disks());
  }

  private List<Disk> disks() {
    return BlockDevices.observe(host).disks().stream().filter(isEligible).toList();
  }

  private static Map<String, Path> found(List<Disk> disks) {
    Map<String, Path> found = new LinkedHashMap<>();
    for (String label : LABELS) {
      disks.stream()
          .flatMap(disk -> disk.partitionLabelled(label).stream())
          .findFirst()
          .ifPresent(partition -> found.put(label, partition.device()));
    }
    return found;
  }

  // ---- where

  private Disk target(Map<String, Path> found) {
    List<Disk> candidates =
        disks().stream()
            .filter(disk -> disk.allUses().isEmpty())
            .sorted(Comparator.comparing(Disk::size).reversed().thenComparing(Disk::device))
            .toList();
    if (wanted.disk().isPresent()) {
      return named(wanted.disk().get(), candidates);
    }
    return candidates.stream()
        .filter(disk -> isUnfinished(disk) || holdsOne(disk, found))
        .findFirst()
        .or(() -> candidates.stream().filter(RamPartitions::isEmpty).findFirst())
        .or(() -> wanted.wipes() ? candidates.stream().findFirst() : Optional.empty())
        .orElseThrow(
            () ->
                new Refused(
                    "no disk of this machine is empty: "
                        + (candidates.isEmpty() ? "none is free at all" : described(candidates)),
                    "attach an empty disk, name one in kairos.ram.create_partitions=/dev/DISK, or"
                        + " add kairos.ram.wipe to lose what is on the largest"));
  }

  private Disk named(String device, List<Disk> candidates) {
    Disk disk =
        candidates.stream()
            .filter(candidate -> candidate.device().equals(Path.of(device)))
            .findFirst()
            .orElseThrow(
                () ->
                    new Refused(
                        "kairos.ram.create_partitions names %s, which is no free disk of this machine"
                            .formatted(device),
                        candidates.isEmpty()
                            ? "attach a disk"
                            : "name one of these: " + described(candidates)));
    if (!isEmpty(disk) && !isOurs(disk) && !wanted.wipes()) {
      throw new Refused(
          disk.describe() + " is not empty",
          "name another disk, or add kairos.ram.wipe to lose what is on it");
    }
    return disk;
  }

  private static String described(List<Disk> disks) {
    return String.join(", ", disks.stream().map(Disk::describe).toList());
  }

  private static boolean isEmpty(Disk disk) {
    return disk.partitions().isEmpty() && disk.content().isEmpty() && disk.tableId().isEmpty();
  }

  private static boolean isOurs(Disk disk) {
    return isUnfinished(disk)
        || LABELS.stream().anyMatch(label -> disk.partitionLabelled(label).isPresent());
  }

  private static boolean holdsOne(Disk disk, Map<String, Path> found) {
    return disk.partitions().stream()
        .anyMatch(partition -> found.containsValue(partition.device()));
  }

  /** The power went after the table was written and before the file systems were. */
  private static boolean isUnfinished(Disk disk) {
    return disk.tableId().equals(Optional.of(DISK_ID));
  }

  // ---- how

  private void make(Disk target, List<String> missing) {
    if (!isOurs(target)) {
      if (missing.size() < LABELS.size() && !isEmpty(target)) {
        throw new Refused(
            "%s has other partitions, and only %s is missing: its table is not replaced for that"
                .formatted(target.describe(), missing.getFirst()),
            "name the disk that holds the other one in kairos.ram.create_partitions=/dev/DISK");
      }
      var _ = disk(target).initialize(DISK_NAME);
    }
    List<String> toAdd = new ArrayList<>();
    for (String label : missing) {
      Optional<Disk.Partition> unformatted = unformatted(target, label);
      if (unformatted.isPresent()) {
        format(unformatted.get().device(), label);
      } else {
        toAdd.add(label);
      }
    }
    if (toAdd.isEmpty()) {
      return;
    }
    var added = new AddedPartitions(toAdd.stream().map(this::partition).toList());
    if (!added.addTo(disk(target), log)) {
      throw new HostFailure(
          target.describe() + " has no room for " + String.join(" and ", missing));
    }
  }

  private LayoutDisk disk(Disk target) {
    return LayoutDisk.at(host, target.device().toString());
  }

  private static Optional<Disk.Partition> unformatted(Disk target, String label) {
    return target.partitions().stream()
        .filter(partition -> partition.partLabel().equals(Optional.of(NAMES.get(label))))
        .filter(partition -> partition.content().isEmpty())
        .findFirst();
  }

  private void format(Path device, String label) {
    new DiskPerformer(host)
        .perform(
            new DiskStep.Format(device, Filesystem.EXT4, Optional.of(label), List.of()),
            StepProgress.IGNORED);
  }

  private NewPartition partition(String label) {
    Bytes size = label.equals("COS_OEM") ? wanted.oem() : wanted.persistent();
    return new NewPartition(label, NAMES.get(label), size, "ext4", false);
  }
}
