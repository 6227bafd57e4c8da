package io.kairos.host.linux;

/** Names of the errors that our system calls give (asm-generic/errno-base.h, errno.h). */
final class Errno {
  static final int EBUSY = 16;
  static final int ENODATA = 61;
  static final int ERANGE = 34;
  static final int EOPNOTSUPP = 95;

  private Errno() {}

  static String text(int errno) {
    return switch (errno) {
      case 1 -> "operation not permitted (EPERM)";
      case 2 -> "no such file or directory (ENOENT)";
      case 5 -> "input/output error (EIO)";
      case 6 -> "no such device or address (ENXIO)";
      case 12 -> "out of memory (ENOMEM)";
      case 13 -> "permission denied (EACCES)";
      case 15 -> "block device required (ENOTBLK)";
      case EBUSY -> "busy (EBUSY)";
      case 17 -> "already exists (EEXIST)";
      case 19 -> "the kernel does not know this file system (ENODEV)";
      case 20 -> "not a directory (ENOTDIR)";
      case 22 -> "invalid argument (EINVAL)";
      case 28 -> "no space left (ENOSPC)";
      case 30 -> "read-only file system (EROFS)";
      case ERANGE -> "result too large (ERANGE)";
      case 36 -> "name too long (ENAMETOOLONG)";
      case 38 -> "not implemented by this kernel (ENOSYS)";
      case 40 -> "too many links (ELOOP)";
      case ENODATA -> "no such attribute (ENODATA)";
      case EOPNOTSUPP -> "not supported (EOPNOTSUPP)";
      case 117 -> "structure needs cleaning (EUCLEAN)";
      default -> "errno " + errno;
    };
  }
}
