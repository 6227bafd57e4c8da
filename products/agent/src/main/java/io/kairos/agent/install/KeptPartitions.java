package io.kairos.agent.install;

import io.kairos.agent.install.Destination.Volume;
import io.kairos.agent.node.Deployment;
import io.kairos.agent.node.SourceFacts;
import io.kairos.base.Bytes;
import io.kairos.base.Position;
import io.kairos.base.Refused;
import io.kairos.boot.Firmware;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.storage.Disk;
import io.kairos.storage.Filesystem;
import io.kairos.storage.PartitionSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The partitions that {@code install.no-format} keeps: made by the user, or by a stage of {@code
 * kairos-install.pre}, and found by the labels of their file systems, on the target first and then
 * on the other disks.
 */
final class KeptPartitions {
  private final Machine machine;
  private final Firmware firmware;
  private final SourceFacts facts;
  private final Optional<Position> where;
  private final List<String> problems = new ArrayList<>();

  /**
   * @param where it was asked for
   */
  KeptPartitions(Machine machine, Firmware firmware, SourceFacts facts, Optional<Position> where) {
    this.machine = machine;
    this.firmware = firmware;
    this.facts = facts;
    this.where = where;
  }

  /** A file system that an installation needs. */
  private record Wanted(String name, String label, Bytes size) {
    /** GRUB of some distributions cannot read what newer mkfs.ext4 make by default. */
    String remedy() {
      return "make a partition named '%s' of at least %s, and on it %s"
          .formatted(
              name,
              size,
              name.equals("efi")
                  ? "mkfs.vfat -n " + label
                  : "mkfs.ext4 -O ^metadata_csum_seed -L " + label);
    }
  }

  /**
   * What an installation needs, by the names that the partitions have in a table of ours.
   *
   * @throws Refused with everything that is missing, and how it is made
   */
  Map<String, Volume> on(Disk disk) {
    Map<String, Volume> volumes = new LinkedHashMap<>();
    for (Wanted wanted : wanted()) {
      volume(disk, wanted).ifPresent(volume -> volumes.put(wanted.name(), volume));
    }
    if (firmware == Firmware.BIOS && disk.tableId().isPresent() && !hasBiosBoot(disk)) {
      problems.add(
          "%s has no BIOS boot partition for GRUB: make one of 1 MiB with the type %s"
              .formatted(disk.device(), PartitionSpec.Role.BIOS_BOOT.type()));
    }
    if (!problems.isEmpty()) {
      throw new Refused(
          "install.no-format keeps partitions that are not fit for an installation:\n  "
              + String.join("\n  ", problems),
          where,
          "a layout step in the stage kairos-install.pre.before makes them too; without"
              + " install.no-format the whole disk is partitioned");
    }
    return volumes;
  }

  private List<Wanted> wanted() {
    Bytes image = facts.content().roundedUpToMib().plus(Deployment.SPARE);
    List<Wanted> wanted = new ArrayList<>();
    if (firmware == Firmware.EFI) {
      wanted.add(new Wanted("efi", "COS_GRUB", Bytes.ofMib(16)));
    }
    wanted.add(new Wanted("oem", "COS_OEM", Bytes.ofMib(16)));
    wanted.add(new Wanted("recovery", "COS_RECOVERY", image));
    // both systems of the node, and the next one while it is made
    wanted.add(new Wanted("state", "COS_STATE", image.times(3)));
    wanted.add(new Wanted("persistent", "COS_PERSISTENT", Bytes.ofMib(16)));
    return wanted;
  }

  private Optional<Volume> volume(Disk target, Wanted wanted) {
    List<Disk.Partition> found =
        target.partitionLabelled(wanted.label()).map(List::of).orElseGet(() -> others(wanted));
    if (found.isEmpty()) {
      problems.add("no file system is labelled " + wanted.label() + ": " + wanted.remedy());
      return Optional.empty();
    }
    if (found.size() > 1) {
      problems.add(
          "several file systems are labelled %s, %s: give the label to one of them only"
              .formatted(
                  wanted.label(),
                  String.join(
                      ", ", found.stream().map(part -> part.device().toString()).toList())));
      return Optional.empty();
    }
    return fit(found.getFirst(), wanted);
  }

  private List<Disk.Partition> others(Wanted wanted) {
    return machine.devices().disks().stream()
        .flatMap(disk -> disk.partitionLabelled(wanted.label()).stream())
        .toList();
  }

  private Optional<Volume> fit(Disk.Partition partition, Wanted wanted) {
    String type = partition.content().map(Superblock::type).orElse("");
    Optional<Filesystem> filesystem =
        Filesystem.named(type)
            .filter(known -> wanted.name().equals("efi") == (known == Filesystem.VFAT));
    if (filesystem.isEmpty()) {
      problems.add(
          "%s on %s is %s: %s"
              .formatted(wanted.label(), partition.device(), type, wanted.remedy()));
      return Optional.empty();
    }
    if (partition.size().isLessThan(wanted.size())) {
      problems.add(
          "%s on %s has %s: %s"
              .formatted(wanted.label(), partition.device(), partition.size(), wanted.remedy()));
      return Optional.empty();
    }
    List<Disk.Use> uses = machine.usesOf(partition.uses());
    if (!uses.isEmpty()) {
      problems.add("%s is in use: %s: unmount it".formatted(wanted.label(), uses.getFirst()));
      return Optional.empty();
    }
    return Optional.of(
        new Volume(partition.device(), filesystem.get(), Optional.of(wanted.label())));
  }

  private static boolean hasBiosBoot(Disk disk) {
    return disk.partitions().stream()
        .anyMatch(
            partition ->
                partition.type().filter(PartitionSpec.Role.BIOS_BOOT.type()::equals).isPresent());
  }
}
