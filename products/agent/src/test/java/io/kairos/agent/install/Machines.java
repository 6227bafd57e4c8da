package io.kairos.agent.install;

import io.kairos.base.Bytes;
import io.kairos.boot.Firmware;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.storage.BlockDevices;
import io.kairos.storage.Disk;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

  static Disk removable(Disk disk) {
    return new Disk(
        disk.name(),
        disk.device(),
        disk.kind(),
        disk.size(),
        disk.sectorSize(),
        true,
        disk.isReadOnly(),
        disk.model(),
        disk.content(),
        disk.partitions(),
        disk.uses(),
        false,
        Optional.empty());
  }

  static Disk readOnly(Disk disk) {
    return new Disk(
        disk.name(),
        disk.device(),
        disk.kind(),
        disk.size(),
        disk.sectorSize(),
        disk.isRemovable(),
        true,
        disk.model(),
        disk.content(),
        disk.partitions(),
        disk.uses(),
        false,
        Optional.empty());
  }

  /** With one partition that is used in some way. */
  static Disk inUse(Disk disk, String how, Optional<Path> mountedAt) {
    Path device = Path.of(disk.device() + "3");
    return new Disk(
        disk.name(),
        disk.device(),
        disk.kind(),
        disk.size(),
        disk.sectorSize(),
        disk.isRemovable(),
        disk.isReadOnly(),
        disk.model(),
        disk.content(),
        List.of(
            new Disk.Partition(
                disk.name() + "3",
                device,
                3,
                GIB,
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Superblock("ext4", Optional.empty(), Optional.empty())),
                List.of(new Disk.Use(device, how, mountedAt)))),
        disk.uses(),
        false,
        Optional.empty());
  }

  static Disk mounted(Disk disk, String at) {
    return inUse(disk, "on " + at, Optional.of(Path.of(at)));
  }
}
