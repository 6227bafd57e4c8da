package io.kairos.formats.tar;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One member of an archive, without its content.
 *
 * @param name as the archive has it, without a trailing slash; not checked for {@code ..}
 * @param mode permissions with set-user-id, set-group-id and sticky bits: 0 to 07777
 * @param size octets of content; zero unless {@link Kind#FILE}
 * @param linkTarget of a symbolic link its text, of a hard link another member's name, else empty
 * @param major device number, zero unless a device
 * @param minor device number, zero unless a device
 * @param attributes extended attributes by full name, for example {@code security.capability}
 */
public record TarEntry(
    String name,
    Kind kind,
    int mode,
    long uid,
    long gid,
    Instant modified,
    long size,
    String linkTarget,
    int major,
    int minor,
    SortedMap<String, Octets> attributes) {

  /** What a member is. */
  public enum Kind {
    FILE,
    DIRECTORY,
    SYMLINK,
    HARD_LINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    FIFO;

    public boolean isDevice() {
      return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
    }
  }

  public TarEntry {
    if (size < 0 || (size > 0 && kind != Kind.FILE)) {
      throw new IllegalArgumentException(name + ": a " + kind + " of size " + size);
    }
    if ((mode & ~07777) != 0) {
      throw new IllegalArgumentException(name + ": mode " + Integer.toOctalString(mode));
    }
    attributes =
        attributes.isEmpty()
            ? Collections.emptySortedMap()
            : Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
  }

  /** A regular file of root, last changed in 1970. */
  public static TarEntry file(String name, int mode, long size) {
    return of(name, Kind.FILE, mode, size, "");
  }

  /** A directory of root, last changed in 1970. */
  public static TarEntry directory(String name, int mode) {
    return of(name, Kind.DIRECTORY, mode, 0, "");
  }

  /** A symbolic link of root, last changed in 1970. */
  public static TarEntry symlink(String name, String target) {
    return of(name, Kind.SYMLINK, 0777, 0, target);
  }

  /** A second name of an earlier member. */
  public static TarEntry hardLink(String name, String target) {
    return of(name, Kind.HARD_LINK, 0644, 0, target);
  }

  private static TarEntry of(String name, Kind kind, int mode, long size, String target) {
    return new TarEntry(
        name, kind, mode, 0, 0, Instant.EPOCH, size, target, 0, 0, Collections.emptySortedMap());
  }

  public TarEntry named(String other) {
    return new TarEntry(
        other, kind, mode, uid, gid, modified, size, linkTarget, major, minor, attributes);
  }

  public TarEntry modifiedAt(Instant time) {
    return new TarEntry(
        name, kind, mode, uid, gid, time, size, linkTarget, major, minor, attributes);
  }

  public TarEntry ownedBy(long user, long group) {
    return new TarEntry(
        name, kind, mode, user, group, modified, size, linkTarget, major, minor, attributes);
  }

  public TarEntry withAttributes(SortedMap<String, Octets> others) {
    return new TarEntry(
        name, kind, mode, uid, gid, modified, size, linkTarget, major, minor, others);
  }

  /** The same member as another name of {@code target}, which comes earlier in the archive. */
  public TarEntry asHardLinkTo(String target) {
    return new TarEntry(
        name,
        Kind.HARD_LINK,
        mode,
        uid,
        gid,
        modified,
        0,
        target,
        0,
        0,
        Collections.emptySortedMap());
  }
}
