package io.kairos.host.linux;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.host.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** System calls of the running kernel. Thread safe. */
final class LinuxKernel implements Kernel {
  // linux/mount.h
  private static final long MS_RDONLY = 1;
  private static final long MS_NOSUID = 2;
  private static final long MS_NODEV = 4;
  private static final long MS_NOEXEC = 8;
  private static final long MS_REMOUNT = 32;
  private static final long MS_BIND = 4096;
  private static final long MS_MOVE = 8192;
  private static final long MS_REC = 16384;
  private static final long MS_PRIVATE = 1L << 18;
  private static final long MS_SHARED = 1L << 20;
  private static final long MS_RELATIME = 1L << 21;
  private static final long MNT_DETACH = 2;

  // linux/loop.h
  private static final long LOOP_CTL_GET_FREE = 0x4C82;
  private static final long LOOP_CONFIGURE = 0x4C0A;
  private static final long LOOP_CLR_FD = 0x4C01;
  private static final int LOOP_CONFIG_SIZE = 304;
  private static final int LOOP_INFO_OFFSET = 8;
  private static final int LO_FLAGS_OFFSET = LOOP_INFO_OFFSET + 52;
  private static final int LO_FILE_NAME_OFFSET = LOOP_INFO_OFFSET + 56;
  private static final int LO_NAME_SIZE = 64;
  private static final int LO_FLAGS_READ_ONLY = 1;
  private static final int LO_FLAGS_PARTSCAN = 8;
  private static final int MAX_LOOP_TRIES = 64;

  // fcntl.h
  private static final long O_RDWR = 2;
  private static final long O_CLOEXEC = 0x80000;

  @Override
  public void mount(String source, Path target, String type, Set<MountFlag> flags, String data) {
    long bits = 0;
    for (MountFlag flag : flags) {
      bits |=
          switch (flag) {
            case READ_ONLY -> MS_RDONLY;
            case NO_SUID -> MS_NOSUID;
            case NO_DEV -> MS_NODEV;
            case NO_EXEC -> MS_NOEXEC;
            case RELATIME -> MS_RELATIME;
            case REMOUNT -> MS_REMOUNT;
            case BIND -> MS_BIND;
            case RECURSIVE -> MS_REC;
            case MOVE -> MS_MOVE;
            case PRIVATE -> MS_PRIVATE;
            case SHARED -> MS_SHARED;
          };
    }
    try (Arena arena = Arena.ofConfined()) {
      Syscall.MOUNT.require(
          "cannot mount "
              + (source.isEmpty() ? "" : source + " ")
              + "on "
              + target
              + (type.isEmpty() ? "" : " as " + type)
              + (flags.isEmpty() ? "" : " " + flags)
              + (data.isEmpty() ? "" : " with " + data),
          text(arena, source),
          text(arena, target.toString()),
          type.isEmpty() ? 0 : text(arena, type),
          bits,
          data.isEmpty() ? 0 : text(arena, data));
    }
  }

  @Override
  public void unmount(Path target) {
    unmount(target, 0);
  }

  @Override
  public void detach(Path target) {
    unmount(target, MNT_DETACH);
  }

  private static void unmount(Path target, long flags) {
    try (Arena arena = Arena.ofConfined()) {
      Syscall.UMOUNT2.require("cannot unmount " + target, text(arena, target.toString()), flags);
    }
  }

  @Override
  public List<MountEntry> mounts() {
    try {
      return MountInfo.parse(Files.readString(Path.of("/proc/self/mountinfo")));
    } catch (IOException e) {
      throw new HostFailure("cannot read the table of mounts", e);
    }
  }

  @Override
  public Path attachLoop(Path file, boolean readOnly) {
    try (Arena arena = Arena.ofConfined();
        var backing = Descriptor.open(file, readOnly ? 0 : O_RDWR);
        var control = Descriptor.open(Path.of("/dev/loop-control"), O_RDWR)) {
      MemorySegment config = arena.allocate(LOOP_CONFIG_SIZE, 8);
      config.set(ValueLayout.JAVA_INT, 0, (int) backing.number);
      config.set(
          ValueLayout.JAVA_INT,
          LO_FLAGS_OFFSET,
          LO_FLAGS_PARTSCAN | (readOnly ? LO_FLAGS_READ_ONLY : 0));
      byte[] name = file.toString().getBytes(StandardCharsets.UTF_8);
      MemorySegment.copy(
          MemorySegment.ofArray(name),
          0,
          config,
          LO_FILE_NAME_OFFSET,
          Math.min(name.length, LO_NAME_SIZE - 1));
      for (int tries = 0; ; tries++) {
        long index =
            Syscall.IOCTL.require(
                "cannot find a free loop device", control.number, LOOP_CTL_GET_FREE);
        Path device = Path.of("/dev/loop" + index);
        Syscall.Answer answer;
        try (var loop = Descriptor.open(device, O_RDWR)) {
          answer = Syscall.IOCTL.call(loop.number, LOOP_CONFIGURE, config.address());
        }
        if (!answer.failed()) {
          return device;
        }
        // Another process took the device between the two calls.
        if (answer.errno() != Errno.EBUSY || tries == MAX_LOOP_TRIES) {
          throw new HostFailure(
              "cannot attach " + file + " to " + device + ": " + Errno.text(answer.errno()));
        }
      }
    }
  }

  @Override
  public void detachLoop(Path device) {
    try (var loop = Descriptor.open(device, 0)) {
      Syscall.IOCTL.require("cannot detach " + device, loop.number, LOOP_CLR_FD);
    }
  }

  @Override
  public Map<Path, Path> loops() {
    Map<Path, Path> found = new TreeMap<>();
    try (DirectoryStream<Path> devices = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
      for (Path device : devices) {
        readIfPresent(device.resolve("loop/backing_file"))
            .ifPresent(
                file ->
                    found.put(
                        Path.of("/dev/" + device.getFileName()),
                        Path.of(file.strip().replaceFirst(" \\(deleted\\)$", ""))));
      }
    } catch (IOException e) {
      throw new HostFailure("cannot list the loop devices", e);
    }
    return found;
  }

  /** A device may be detached while we look. */
  private static java.util.Optional<String> readIfPresent(Path file) throws IOException {
    try {
      return java.util.Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return java.util.Optional.empty();
    }
  }

  @Override
  public void sync() {
    Syscall.SYNC.call();
  }

  @Override
  public void sync(Path fileOrDirectory) {
    try (FileChannel channel = FileChannel.open(fileOrDirectory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw new HostFailure("cannot flush " + fileOrDirectory, e);
    }
  }

  /** The kernel writes metadata to its place without a flush; fsync(2) brings one. */
  @Override
  public void syncFileSystem(Path directory) {
    try (var open = Descriptor.open(directory, 0)) {
      Syscall.SYNCFS.require("cannot flush the file system of " + directory, open.number);
    }
    sync(directory);
  }

  @Override
  public void setHostname(String name) {
    try {
      Files.writeString(Path.of("/proc/sys/kernel/hostname"), name + "\n");
    } catch (IOException e) {
      throw new HostFailure("cannot set the host name to " + name, e);
    }
  }

  @Override
  public Bytes freeSpace(Path path) {
    try {
      return Bytes.of(Files.getFileStore(path).getUsableSpace());
    } catch (IOException e) {
      throw new HostFailure("cannot tell the free space at " + path, e);
    }
  }

  @Override
  public Bytes size(Path deviceOrFile) {
    try (FileChannel channel = FileChannel.open(deviceOrFile, StandardOpenOption.READ)) {
      return Bytes.of(channel.size());
    } catch (IOException e) {
      throw new HostFailure("cannot tell the size of " + deviceOrFile, e);
    }
  }

  @Override
  public void changeOwner(Path path, int uid, int gid) {
    try {
      Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new HostFailure("cannot change the owner of " + path + " to " + uid + ":" + gid, e);
    }
  }

  @Override
  public Map<String, byte[]> extendedAttributes(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      long file = text(arena, path.toString());
      byte[] names =
          read(
              arena,
              "cannot list the attributes of " + path,
              (buffer, size) -> Syscall.LLISTXATTR.call(file, buffer, size));
      Map<String, byte[]> attributes = new TreeMap<>();
      for (String name : new String(names, StandardCharsets.UTF_8).split("\0")) {
        if (!name.isEmpty()) {
          long key = text(arena, name);
          attributes.put(
              name,
              read(
                  arena,
                  "cannot read the attribute " + name + " of " + path,
                  (buffer, size) -> Syscall.LGETXATTR.call(file, key, buffer, size)));
        }
      }
      return attributes;
    }
  }

  private interface SizedRead {
    Syscall.Answer into(long buffer, long size);
  }

  /** Asks for the size first; again when the value grew meanwhile. */
  private static byte[] read(Arena arena, String what, SizedRead call) {
    while (true) {
      Syscall.Answer size = call.into(0, 0);
      if (size.failed() && (size.errno() == Errno.EOPNOTSUPP || size.errno() == Errno.ENODATA)) {
        return new byte[0];
      }
      if (!size.failed() && size.value() == 0) {
        return new byte[0];
      }
      MemorySegment buffer = arena.allocate(Math.max(1, size.value()));
      Syscall.Answer answer = size.failed() ? size : call.into(buffer.address(), buffer.byteSize());
      if (!answer.failed()) {
        return buffer.asSlice(0, answer.value()).toArray(ValueLayout.JAVA_BYTE);
      }
      if (answer.errno() != Errno.ERANGE) {
        throw new HostFailure(what + ": " + Errno.text(answer.errno()));
      }
    }
  }

  @Override
  public void setExtendedAttribute(Path path, String name, byte[] value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment content = arena.allocate(Math.max(1, value.length));
      MemorySegment.copy(MemorySegment.ofArray(value), 0, content, 0, value.length);
      Syscall.LSETXATTR.require(
          "cannot set the attribute " + name + " of " + path,
          text(arena, path.toString()),
          text(arena, name),
          content.address(),
          value.length,
          0);
    }
  }

  @Override
  public void makeNode(Path path, int mode, int major, int minor) {
    // linux/kdev_t.h, new_encode_dev
    long device = (minor & 0xffL) | ((long) major << 8) | ((minor & ~0xffL) << 12);
    try (Arena arena = Arena.ofConfined()) {
      Syscall.MKNODAT.require(
          "cannot make the node " + path,
          Syscall.AT_FDCWD,
          text(arena, path.toString()),
          mode,
          device);
    }
  }

  private static long text(Arena arena, String value) {
    return arena.allocateFrom(value).address();
  }

  /** An open file that system calls can use. */
  private static final class Descriptor implements AutoCloseable {
    private final long number;

    private Descriptor(long number) {
      this.number = number;
    }

    static Descriptor open(Path file, long flags) {
      try (Arena arena = Arena.ofConfined()) {
        return new Descriptor(
            Syscall.OPENAT.require(
                "cannot open " + file,
                Syscall.AT_FDCWD,
                text(arena, file.toString()),
                flags | O_CLOEXEC));
      }
    }

    @Override
    public void close() {
      Syscall.CLOSE.call(number);
    }
  }
}
