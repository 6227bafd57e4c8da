package io.kairos.stages.layout;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.Problem;
import io.kairos.config.Section;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A partition that a step adds.
 *
 * @param label of the file system; empty for none
 * @param name of the partition in the table; empty for none
 * @param size zero for what is left of the disk
 * @param filesystem as users write it
 */
public record NewPartition(
    String label, String name, Bytes size, String filesystem, boolean isBootable) {
  private static final Duration FORMAT_DEADLINE = Duration.ofMinutes(30);

  /** What a label of XFS may have; the others cut their labels off. */
  private static final int LONGEST_XFS_LABEL = 12;

  /** UTF-16 units of a partition's name (UEFI 2.10, 5.3.3). */
  private static final int LONGEST_NAME = 36;

  private static final List<String> FILESYSTEMS =
      List.of(
          "ext2",
          "ext3",
          "ext4",
          "xfs",
          "btrfs",
          "fat",
          "vfat",
          "fat16",
          "fat32",
          "swap",
          "-",
          "none",
          "noformat");

  /** Types of partitions, in sfdisk's words for GUID and attributes (UEFI 2.10, 5.3.3). */
  private enum Kind {
    LINUX("0FC63DAF-8483-4772-8E79-3D69D8477DE4", ""),
    BIOS_BOOT("21686148-6449-6E6F-744E-656564454649", "LegacyBIOSBootable"),
    BASIC_DATA("EBD0A0A2-B9E5-4433-87C0-68B6B72699C7", ""),
    EFI_SYSTEM("C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "RequiredPartition"),
    SWAP("0657FD6D-A4AB-43C4-84E5-0933C84B4F4F", "");

    private final String type;
    private final String attributes;

    Kind(String type, String attributes) {
      this.type = type;
      this.attributes = attributes;
    }
  }

  /** An entry of {@code add_partitions}. */
  public static NewPartition read(Section item) {
    String label = item.text("fsLabel", "label of the file system").orElse("");
    String name = item.text("pLabel", "name of the partition").orElse("");
    Bytes size = item.mebibytes("size", "size; 0 is what is left").orElse(Bytes.ZERO);
    String filesystem =
        item.text("filesystem", "one of " + String.join(", ", FILESYSTEMS))
            .optional()
            .filter(text -> !text.isEmpty())
            .orElse("ext2");
    boolean bootable = item.flag("bootable", "firmware boots from it").orElse(false);
    var partition = new NewPartition(label, name, size, filesystem, bootable);
    // a step that cannot be done is no reason to drop the file with all its other steps
    partition
        .flaw()
        .ifPresent(
            flaw -> item.findings().notes().add(Problem.at(item.position(), item.path() + flaw)));
    return partition;
  }

  /** What makes it impossible, if anything does. */
  private Optional<String> flaw() {
    if (!FILESYSTEMS.contains(filesystem)) {
      return Optional.of(
          ": unsupported filesystem type '"
              + filesystem
              + "'; known are "
              + String.join(", ", FILESYSTEMS));
    }
    if (filesystem.equals("xfs") && label.length() > LONGEST_XFS_LABEL) {
      return Optional.of(
          ": the label '" + label + "' cannot be longer than " + LONGEST_XFS_LABEL + " chars");
    }
    return name.length() > LONGEST_NAME
        ? Optional.of(": the name '" + name + "' cannot be longer than " + LONGEST_NAME + " chars")
        : Optional.empty();
  }

  /**
   * @throws HostFailure when it is impossible
   */
  void requireSound() {
    flaw()
        .ifPresent(
            flaw -> {
              throw new HostFailure("layout: " + shown() + flaw + "; nothing was changed");
            });
  }

  private Kind kind() {
    if (isFat()) {
      return isBootable ? Kind.EFI_SYSTEM : Kind.BASIC_DATA;
    }
    if (filesystem.equals("swap")) {
      return Kind.SWAP;
    }
    return isBootable ? Kind.BIOS_BOOT : Kind.LINUX;
  }

  private boolean isFat() {
    return filesystem.contains("fat");
  }

  boolean isFormatted() {
    return switch (filesystem) {
      case "-", "none", "noformat" -> false;
      default -> true;
    };
  }

  String tool() {
    if (isFat()) {
      return "mkfs.fat";
    }
    return filesystem.equals("swap") ? "mkswap" : "mkfs." + filesystem;
  }

  /** What sfdisk(8) reads, without place and size. */
  String script() {
    var text = new StringBuilder("type=").append(kind().type);
    if (!name.isEmpty()) {
      text.append(", name=\"")
          .append(name.replace("\\", "\\x5c").replace("\"", "\\x22").replaceAll("\\p{Cntrl}", "_"))
          .append('"');
    }
    if (!kind().attributes.isEmpty()) {
      text.append(", attrs=\"").append(kind().attributes).append('"');
    }
    return text.toString();
  }

  /** Old signatures are gone from a new partition, so nothing has to be forced but btrfs. */
  void format(Host host, String node) {
    List<String> argv = new ArrayList<>(List.of(tool()));
    if (filesystem.equals("btrfs")) {
      argv.add("-f");
    }
    if (!label.isEmpty()) {
      argv.addAll(List.of(isFat() ? "-n" : "-L", label));
    }
    argv.add(node);
    var _ = host.run(Command.of(argv).within(FORMAT_DEADLINE));
  }

  /** For people. */
  String shown() {
    String known = name.isEmpty() ? label : name;
    return known.isEmpty() ? filesystem.toLowerCase(Locale.ROOT) + " partition" : known;
  }
}
