package io.kairos.storage;

import io.kairos.base.Bytes;
import io.kairos.formats.filesystem.Superblock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A whole block device, as it was when somebody looked.
 *
 * @param name kernel name: {@code sda}
 * @param device {@code /dev/sda}
 * @param size what the kernel says it holds
 * @param sectorSize logical sector size in octets
 * @param isRemovable the medium can be taken out: sticks, card readers, optical drives
 * @param content file system on the device itself, without a partition table
 * @param uses what holds the device itself, not its partitions
 * @param hasHolders volume groups or mappings lie on it or on a partition of it
 * @param tableId GUID of its GPT, if it has one
 */
public record Disk(
    String name,
    Path device,
    Kind kind,
    Bytes size,
    int sectorSize,
    boolean isRemovable,
    boolean isReadOnly,
    Optional<String> model,
    Optional<Superblock> content,
    List<Partition> partitions,
    List<Use> uses,
    boolean hasHolders,
    Optional<UUID> tableId) {

  /** Where a block device comes from, told by its kernel name. */
  public enum Kind {
    /** A drive, real or virtual. */
    DRIVE,
    OPTICAL,
    FLOPPY,
    LOOP,
    /** {@code ram}, {@code zram}, {@code pmem}-less memory disks. */
    MEMORY,
    /** Made of other block devices: device mapper, software RAID. */
    COMPOSED;

    static Kind of(String kernelName) {
      if (kernelName.startsWith("loop")) {
        return LOOP;
      }
      if (kernelName.startsWith("sr")) {
        return OPTICAL;
      }
      if (kernelName.startsWith("fd")) {
        return FLOPPY;
      }
      if (kernelName.startsWith("ram") || kernelName.startsWith("zram")) {
        return MEMORY;
      }
      return kernelName.startsWith("dm-") || kernelName.startsWith("md") ? COMPOSED : DRIVE;
    }
  }

  /**
   * Something that would break if the device was overwritten.
   *
   * @param device the partition, or what lies on top of it
   * @param how {@code on /var}, {@code as swap}
   * @param mountedAt where, if it is a mount
   */
  public record Use(Path device, String how, Optional<Path> mountedAt) {
    @Override
    public String toString() {
      return device + " " + how;
    }
  }

  /**
   * One entry of a partition table.
   *
   * @param number as in the table, 1-based
   * @param partLabel GPT name
   * @param partUuid GPT GUID, lower case
   * @param type what a GPT says that it is for
   * @param content file system, or LUKS container, on it
   * @param uses mounts, of the whole file system before what is bound from it, and swap on it or on
   *     devices made of it
   */
  public record Partition(
      String name,
      Path device,
      int number,
      Bytes size,
      Optional<String> partLabel,
      Optional<String> partUuid,
      Optional<UUID> type,
      Optional<Superblock> content,
      List<Use> uses) {
    public Partition {
      uses = List.copyOf(uses);
    }

    public boolean hasLabel(String label) {
      return content.flatMap(Superblock::label).filter(label::equals).isPresent();
    }
  }

  public Disk {
    partitions = List.copyOf(partitions);
    uses = List.copyOf(uses);
  }

  /** The device and its partitions. */
  public List<Use> allUses() {
    var all = new ArrayList<>(uses);
    partitions.forEach(partition -> all.addAll(partition.uses()));
    return all;
  }

  public Optional<Partition> partitionLabelled(String label) {
    return partitions.stream().filter(partition -> partition.hasLabel(label)).findFirst();
  }

  /** For people: {@code /dev/sda (40.0 GiB, QEMU HARDDISK)}. */
  public String describe() {
    return device + " (" + size + model.map(text -> ", " + text).orElse("") + ")";
  }
}
