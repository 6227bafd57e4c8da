package io.kairos.storage;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The file systems that we can make, each with the tool that makes it. */
public enum Filesystem {
  EXT2("ext2", 16),
  EXT3("ext3", 16),
  EXT4("ext4", 16),
  XFS("xfs", 12),
  VFAT("vfat", 11),
  /** Left raw. */
  NONE("none", 0);

  private final String type;
  private final int longestLabel;

  Filesystem(String type, int longestLabel) {
    this.type = type;
    this.longestLabel = longestLabel;
  }

  /** As mount(2) takes it. */
  public String type() {
    return type;
  }

  /** Octets that its superblock keeps for a label. */
  public int longestLabel() {
    return longestLabel;
  }

  public boolean canHold(String label) {
    return label.getBytes(StandardCharsets.UTF_8).length <= longestLabel;
  }

  /** As users write it; empty when we cannot make it. {@code fat} and three words for raw exist. */
  public static Optional<Filesystem> named(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "ext2" -> Optional.of(EXT2);
      case "ext3" -> Optional.of(EXT3);
      case "ext4" -> Optional.of(EXT4);
      case "xfs" -> Optional.of(XFS);
      case "vfat", "fat" -> Optional.of(VFAT);
      case "-", "none", "noformat" -> Optional.of(NONE);
      default -> Optional.empty();
    };
  }

  /** The program that {@link #formatCommand} starts. */
  public String tool() {
    return "mkfs." + type;
  }

  /**
   * Makes the file system without asking, whatever was there before.
   *
   * @param options for the tool, before the device
   */
  List<String> formatCommand(Path device, Optional<String> label, List<String> options) {
    var argv = new ArrayList<String>();
    argv.add(tool());
    switch (this) {
      case EXT2, EXT3, EXT4 -> argv.addAll(List.of("-q", "-F"));
      case XFS -> argv.addAll(List.of("-q", "-f"));
      case VFAT -> {}
      case NONE -> throw new IllegalStateException("nothing to format on " + device);
    }
    label.ifPresent(text -> argv.addAll(List.of(this == VFAT ? "-n" : "-L", text)));
    argv.addAll(options);
    argv.add(device.toString());
    return argv;
  }
}
