package io.kairos.boot;

/** Where a node keeps an image of its system. */
public enum Slot {
  ACTIVE("COS_ACTIVE", "active.img"),
  PASSIVE("COS_PASSIVE", "passive.img"),
  RECOVERY("COS_SYSTEM", "recovery.img");

  /** The folder of images on the state and recovery partitions. */
  public static final String FOLDER = "cOS";

  /** A recovery system that is a read-only squashfs has this name and no label. */
  public static final String SQUASHED_RECOVERY = "recovery.squashfs";

  private final String label;
  private final String file;

  Slot(String label, String file) {
    this.label = label;
    this.file = file;
  }

  /** File system label of the image, by which the initramfs finds its root. */
  public String label() {
    return label;
  }

  /** Below {@link #FOLDER}. */
  public String file() {
    return file;
  }
}
