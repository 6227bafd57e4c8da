package io.kairos.bench;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import io.kairos.stages.StageLog;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The stage engine beside the original, on the same files in the same run. Ours is warm, in this
 * process, as within a stage run; the original is a process of its own, as it always is.
 */
final class StageBench {
  private static final int COUNT = 1000;
  private static final int LARGE = 10_000;
  private static final int RUNS = 9;
  private static final String STAGE = "default";

  private final LinuxHost host;
  private final Path original;
  private final List<Measurement> figures = new ArrayList<>();

  StageBench(LinuxHost host, Path original) {
    this.host = host;
    this.original = original;
  }

  List<Measurement> run() {
    try {
      Path folder = Files.createTempDirectory("kairos-bench-stages");
      try {
        measure(folder);
      } finally {
        host.run(Command.of("rm", "-rf", folder.toString()));
      }
    } catch (IOException e) {
      throw new HostFailure("cannot write the files of a benchmark", e);
    }
    return List.copyOf(figures);
  }

  private void measure(Path folder) throws IOException {
    Path made = Files.createDirectories(folder.resolve("made"));
    compare("1,000 steps that do nothing, one file", file(folder.resolve("empty"), "{}"));
    String directory = "{directories: [{path: " + made + ", permissions: 0755}]}";
    compare("1,000 steps with a directory, one file", file(folder.resolve("steps"), directory));
    compare("1,000 files with a directory each", files(folder.resolve("files"), directory));
    compare("100 files of 10 KB, read alone", large(folder.resolve("large")));
  }

  private static Path file(Path folder, String step) throws IOException {
    var text = new StringBuilder("stages:\n  " + STAGE + ":\n");
    for (int i = 0; i < COUNT; i++) {
      text.append("  - ").append(step).append('\n');
    }
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("all.yaml"), text);
    return folder;
  }

  private static Path files(Path folder, String step) throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < COUNT; i++) {
      Files.writeString(
          folder.resolve(String.format("%04d.yaml", i)),
          "stages:\n  " + STAGE + ":\n  - " + step + "\n");
    }
    return folder;
  }

  /** Steps of a stage that is not run. */
  private static Path large(Path folder) throws IOException {
    Files.createDirectories(folder);
    var text = new StringBuilder("stages:\n  another:\n");
    for (int i = 0; text.length() < LARGE; i++) {
      text.append("  - name: \"step ").append(i).append("\"\n");
      text.append("    commands:\n    - echo ").append(i).append('\n');
    }
    for (int i = 0; i < COUNT / 10; i++) {
      Files.writeString(folder.resolve(i + ".yaml"), text);
    }
    return folder;
  }

  private void compare(String what, Path source) {
    double theirs = median(() -> original(source));
    double ours = median(() -> ours(source));
    figures.add(
        Measurement.compared(
            "stages: " + what,
            ours,
            "ms",
            theirs,
            String.format("warm; the original takes %.0f ms", theirs)));
  }

  private void ours(Path source) {
    var _ =
        new StageRunner(host, StageLog.SILENT)
            .runAlone(STAGE, StageSources.only(source.toString()))
            .orThrow();
  }

  private void original(Path source) {
    Output output =
        host.run(
            Command.of(original.toString(), source.toString())
                .env("LOGLEVEL", "error")
                .within(Duration.ofMinutes(5)));
    if (!output.succeeded()) {
      throw new HostFailure("the original failed: " + output.stderr());
    }
  }

  /** In milliseconds; the first third of the runs warms up. */
  private static double median(Runnable work) {
    List<Double> times = new ArrayList<>();
    for (int i = 0; i < RUNS + RUNS / 2; i++) {
      long begin = System.nanoTime();
      work.run();
      if (i >= RUNS / 2) {
        times.add((System.nanoTime() - begin) / 1e6);
      }
    }
    times.sort(null);
    return times.get(times.size() / 2);
  }
}
