package io.kairos.images;

/**
 * How a root file system is written to disk.
 *
 * @param ownership whose files they become
 * @param devices what happens to device nodes
 */
public record UnpackOptions(Ownership ownership, Devices devices) {
  /** Whose files the result consists of. */
  public enum Ownership {
    /** Owners, capabilities and all attributes as the image has them; needs root. */
    RECORDED,
    /** Everything belongs to this user; system attributes and device nodes are left out. */
    THIS_USER
  }

  /** What happens to device nodes. */
  public enum Devices {
    CREATE,
    SKIP,
    REFUSE
  }

  /** A root file system that will be run. */
  public static final UnpackOptions ROOT_FILE_SYSTEM =
      new UnpackOptions(Ownership.RECORDED, Devices.CREATE);

  /** A tree to look at, made without root. */
  public static final UnpackOptions TO_LOOK_AT =
      new UnpackOptions(Ownership.THIS_USER, Devices.SKIP);
}
