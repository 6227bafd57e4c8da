package io.kairos.host.linux;

import io.kairos.base.HostFailure;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Linux system calls through syscall(2): one downcall of one shape serves them all, so that a cold
 * JVM links once. Numbers from asm/unistd_64.h (x86-64) and asm-generic/unistd.h (arm64).
 */
enum Syscall {
  MOUNT(165, 40),
  UMOUNT2(166, 39),
  OPENAT(257, 56),
  CLOSE(3, 57),
  IOCTL(16, 29),
  SYNC(162, 81),
  SYNCFS(306, 267),
  MKNODAT(259, 33),
  LSETXATTR(189, 6),
  LGETXATTR(192, 9),
  LLISTXATTR(195, 12);

  /** fcntl.h: relative paths start at the working directory. */
  static final long AT_FDCWD = -100;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle CALL = link();

  private final long number;

  Syscall(long x86, long arm) {
    this.number =
        switch (System.getProperty("os.arch")) {
          case "amd64" -> x86;
          case "aarch64" -> arm;
          default -> -1;
        };
  }

  private static MethodHandle link() {
    Linker linker = Linker.nativeLinker();
    var word = ValueLayout.JAVA_LONG;
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(word, word, word, word, word, word, word),
        Linker.Option.captureCallState("errno"));
  }

  /** What the kernel answered. */
  record Answer(long value, int errno) {
    boolean failed() {
      return value == -1;
    }
  }

  Answer call(long... arguments) {
    if (number < 0) {
      throw new HostFailure(
          "no system call numbers for this architecture: " + System.getProperty("os.arch"));
    }
    long[] a = java.util.Arrays.copyOf(arguments, 5);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long value = (long) CALL.invokeExact(state, number, a[0], a[1], a[2], a[3], a[4]);
      return new Answer(value, (int) ERRNO.get(state, 0L));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing else", e);
    }
  }

  /**
   * @throws HostFailure that says {@code what} and why, unless the call succeeds
   */
  long require(String what, long... arguments) {
    Answer answer = call(arguments);
    if (answer.failed()) {
      throw new HostFailure(what + ": " + Errno.text(answer.errno()));
    }
    return answer.value();
  }
}
