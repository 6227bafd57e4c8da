package io.kairos.agent.install;

import io.kairos.base.Bytes;
import io.kairos.boot.Firmware;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.storage.BlockDevices;
import io.kairos.storage.Disk;
import io.kairos.storage.PartitionSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Machines to plan for. */
final class Machines {
  static final Bytes GIB = Bytes.ofMib(1024);

  private Machines() {}

  static Machine with(Firmware firmware, Disk... disks) {
    return new Machine(
        firmware,
        "x86_64",
        new BlockDevices(List.of(disks)),
        Path.of("/run/cos"),
        Optional.of(Path.of("/run/rootfsbase")),
        Optional.empty(),
        true,
        Map.of(),
        Machine.Leftovers.NONE,
        Set.of());
  }

  static Disk disk(String name, Bytes size) {
    return new Disk(
        name,
        Path.of("/dev/" + name),
        Disk.Kind.DRIVE,
        size,
        512,
        false,
        false,
        Optional.of("QEMU HARDDISK"),
        Optional.empty(),
        List.of(),
        List.of(),
        false,
        Optional.empty());
  }

  private static Disk like(
      Disk disk,
      boolean isRemovable,
      boolean isReadOnly,
      List<Disk.Partition> partitions,
      Optional<UUID> tableId) {
    return new Disk(
        disk.name(),
        disk.device(),
        disk.kind(),
        disk.size(),
        disk.sectorSize(),
        isRemovable,
        isReadOnly,
        disk.model(),
        disk.content(),
        partitions,
        disk.uses(),
        false,
        tableId);
  }

  /** With a GPT and these partitions. */
  static Disk prepared(Disk disk, Disk.Partition... partitions) {
    return like(
        disk,
        disk.isRemovable(),
        disk.isReadOnly(),
        List.of(partitions),
        Optional.of(new UUID(0, 1)));
  }

  /** The partition in which GRUB keeps its core image. */
  static Disk.Partition biosBoot(String disk, int number) {
    return partition(
        disk, number, Bytes.ofMib(1), Optional.of(PartitionSpec.Role.BIOS_BOOT.type()), "", "");
  }

  static Disk.Partition partition(
      String disk, int number, Bytes size, String filesystem, String label) {
    return partition(disk, number, size, Optional.empty(), filesystem, label);
  }

  private static Disk.Partition partition(
      String disk, int number, Bytes size, Optional<UUID> type, String filesystem, String label) {
    return new Disk.Partition(
        disk + number,
        Path.of("/dev/" + disk + number),
        number,
        size,
        Optional.empty(),
        Optional.empty(),
        type,
        filesystem.isEmpty()
            ? Optional.empty()
            : Optional.of(new Superblock(filesystem, Optional.of(label), Optional.empty())),
        List.of());
  }

  static Disk removable(Disk disk) {
    return like(disk, true, disk.isReadOnly(), disk.partitions(), Optional.empty());
  }

  static Disk readOnly(Disk disk) {
    return like(disk, disk.isRemovable(), true, disk.partitions(), Optional.empty());
  }

  /** With one partition that is used in some way. */
  static Disk inUse(Disk disk, String how, Optional<Path> mountedAt) {
    return inUse(disk, "", how, mountedAt);
  }

  static Disk inUse(Disk disk, String label, String how, Optional<Path> mountedAt) {
    Path device = Path.of(disk.device() + "3");
    var partition =
        new Disk.Partition(
            disk.name() + "3",
            device,
            3,
            GIB,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Superblock("ext4", Optional.of(label), Optional.empty())),
            List.of(new Disk.Use(device, how, mountedAt)));
    return like(disk, disk.isRemovable(), disk.isReadOnly(), List.of(partition), Optional.empty());
  }

  static Disk mounted(Disk disk, String at) {
    return inUse(disk, "on " + at, Optional.of(Path.of(at)));
  }
}
