package io.kairos.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A program of its own: runs a command and prints the most memory that one of its processes has
 * had, in KiB (getrusage(2), {@code ru_maxrss}). Of its own, because the kernel keeps one figure
 * for all children that a process ever had.
 */
public final class PeakMemory {
  private static final int CHILDREN = -1;

  /** {@code struct rusage} on 64-bit Linux: two timevals of 16 octets, then fourteen longs. */
  private static final long SIZE = 2 * 16 + 14 * 8;

  private static final long MAXRSS = 2 * 16;

  private PeakMemory() {}

  /**
   * @param args the command
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    var _ =
        new ProcessBuilder(List.of(args))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
            .waitFor();
    System.out.println(ofChildren());
  }

  private static long ofChildren() {
    Linker linker = Linker.nativeLinker();
    var getrusage =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("getrusage"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment usage = arena.allocate(SIZE, Long.BYTES);
      int code = (int) getrusage.invokeExact(CHILDREN, usage);
      if (code != 0) {
        throw new IllegalStateException("getrusage: " + code);
      }
      return usage.get(ValueLayout.JAVA_LONG, MAXRSS);
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("cannot call getrusage", e);
    }
  }
}
