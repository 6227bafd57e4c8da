package io.kairos.storage;

import io.kairos.base.Bytes;
import io.kairos.base.NameUuid;
import java.util.Optional;
import java.util.UUID;

/**
 * One partition of a layout, before it has a place on a disk.
 *
 * @param name GPT partition name, 1 to 36 UTF-16 units (UEFI 2.10, 5.3.3)
 * @param role what firmware should think of it
 * @param label file system label; none for raw partitions
 * @param size whole MiB, so that partitions stay aligned; zero means the rest of the disk
 */
public record PartitionSpec(
    String name, Role role, Optional<String> label, Bytes size, Filesystem filesystem) {

  /** GPT partition types and attributes (UEFI 2.10, 5.3.3; the BIOS boot partition is GRUB's). */
  public enum Role {
    EFI_SYSTEM("C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "RequiredPartition"),
    BIOS_BOOT("21686148-6449-6E6F-744E-656564454649", "LegacyBIOSBootable"),
    LINUX("0FC63DAF-8483-4772-8E79-3D69D8477DE4", "");

    private final UUID type;
    private final String attributes;

    Role(String type, String attributes) {
      this.type = UUID.fromString(type);
      this.attributes = attributes;
    }

    public UUID type() {
      return type;
    }

    /** In the words of sfdisk; empty for none. */
    String attributes() {
      return attributes;
    }
  }

  public PartitionSpec {
    if (name.isEmpty() || name.length() > 36) {
      throw new IllegalArgumentException(
          "partition name must have 1 to 36 characters: '" + name + "'");
    }
    if (!size.equals(Bytes.ofMib(size.toMib()))) {
      throw new IllegalArgumentException("partition size must be whole MiB: " + size.count());
    }
    label.ifPresent(
        text -> {
          if (!filesystem.canHold(text)) {
            throw new IllegalArgumentException(
                "label '" + text + "' does not fit into " + filesystem.type());
          }
        });
  }

  public static PartitionSpec linux(String name, String label, Bytes size) {
    return new PartitionSpec(name, Role.LINUX, Optional.of(label), size, Filesystem.EXT4);
  }

  public boolean fillsDisk() {
    return size.isZero();
  }

  /**
   * The same on every node, from the label; from the name where there is no label, so that two
   * partitions never share one. The BIOS boot partition takes the place, and the label, of the ESP.
   */
  UUID uuid() {
    return NameUuid.of(role == Role.BIOS_BOOT ? "COS_GRUB" : label.orElse(name));
  }
}
