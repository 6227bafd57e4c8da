package io.kairos.images;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * What stat(2) says about a path, links not followed.
 *
 * @param mode type and permissions as in st_mode
 * @param size zero for directories, whose size depends on the file system
 * @param changed st_ctime: moves with every change of content, owner, mode or attributes
 * @param deviceId st_rdev of a device node
 */
record FileFacts(
    int mode,
    int uid,
    int gid,
    long size,
    FileTime modified,
    FileTime changed,
    long fileSystem,
    long inode,
    long deviceId) {
  // linux/stat.h
  private static final int S_IFMT = 0170000;
  static final int S_IFSOCK = 0140000;
  static final int S_IFLNK = 0120000;
  static final int S_IFREG = 0100000;
  static final int S_IFBLK = 0060000;
  static final int S_IFDIR = 0040000;
  static final int S_IFCHR = 0020000;
  static final int S_IFIFO = 0010000;

  private static final String ATTRIBUTES =
      "unix:mode,uid,gid,size,lastModifiedTime,ctime,dev,ino,rdev";

  static FileFacts of(Path path) {
    try {
      Map<String, Object> facts = Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
      int mode = (int) facts.get("mode");
      boolean isDirectory = (mode & S_IFMT) == S_IFDIR;
      return new FileFacts(
          mode,
          (int) facts.get("uid"),
          (int) facts.get("gid"),
          isDirectory ? 0 : (long) facts.get("size"),
          (FileTime) facts.get("lastModifiedTime"),
          (FileTime) facts.get("ctime"),
          (long) facts.get("dev"),
          (long) facts.get("ino"),
          (long) facts.get("rdev"));
    } catch (IOException e) {
      throw new HostFailure("cannot look at " + path, e);
    }
  }

  int type() {
    return mode & S_IFMT;
  }

  int permissions() {
    return mode & 07777;
  }

  boolean isDirectory() {
    return type() == S_IFDIR;
  }

  /** As glibc's gnu_dev_major. */
  int deviceMajor() {
    return (int) (((deviceId >>> 8) & 0xfff) | ((deviceId >>> 32) & 0xfffff000L));
  }

  /** As glibc's gnu_dev_minor. */
  int deviceMinor() {
    return (int) ((deviceId & 0xff) | ((deviceId >>> 12) & 0xffffff00L));
  }
}
