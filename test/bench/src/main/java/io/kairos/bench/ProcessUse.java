package io.kairos.bench;

import io.kairos.base.HostFailure;
import io.kairos.testkit.process.SupervisedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process has used so far.
 *
 * @param peakMemory most that was resident, in bytes (proc_pid_status(5), {@code VmHWM})
 * @param cpuSeconds in user and kernel mode
 */
record ProcessUse(long peakMemory, double cpuSeconds) {
  private static final String PEAK = "VmHWM:";

  /** Of the program under a supervisor, which is not a script of bash as that itself. */
  static ProcessUse of(SupervisedProcess running) {
    try {
      ProcessHandle process =
          ProcessHandle.of(running.pid()).stream()
              .flatMap(ProcessHandle::children)
              .filter(
                  child -> child.info().command().filter(it -> !it.endsWith("/bash")).isPresent())
              .findFirst()
              .orElseThrow(
                  () ->
                      new HostFailure(
                          running.program().name() + " has ended" + running.quotedLog()));
      long kib =
          Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
              .filter(line -> line.startsWith(PEAK))
              .map(line -> line.substring(PEAK.length()).replace("kB", "").strip())
              .mapToLong(Long::parseLong)
              .findFirst()
              .orElse(0);
      double seconds =
          process.info().totalCpuDuration().map(time -> time.toMillis() / 1e3).orElse(0.0);
      return new ProcessUse(kib * 1024, seconds);
    } catch (IOException e) {
      throw new HostFailure("cannot tell what " + running.program().name() + " uses", e);
    }
  }
}
