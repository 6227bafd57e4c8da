package io.kairos.immucore;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import io.kairos.plan.GraphApplier.Result;
import io.kairos.plan.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a boot went: a log as it goes, and at the end what took how long, what the boot had to do
 * without, and why it failed if it did. Kept on the persistent partition where there is one.
 */
final class BootReport {
  private static final String DIRECTORY = "/run/immucore";
  private static final String KEPT = "/usr/local/.kairos/boot-reports";
  private static final int KEPT_COUNT = 10;

  private final Host initramfs;
  private final Host newRoot;
  private final List<String> degraded = new ArrayList<>();
  private final List<Result> results = new ArrayList<>();

  BootReport(Host initramfs, Host newRoot) {
    this.initramfs = initramfs;
    this.newRoot = newRoot;
  }

  /** For whoever watches the console, and for the log. */
  void log(String line) {
    System.out.println(line);
    detail(line);
  }

  /** For the log alone: a console may be slow, and the boot waits for it. */
  synchronized void detail(String line) {
    try {
      Path file = Files.createDirectories(initramfs.path(DIRECTORY)).resolve("immucore.log");
      Files.writeString(
          file,
          initramfs.clock().instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
              + " "
              + line
              + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new HostFailure("cannot write the boot log", e);
    }
  }

  /** Something is missing, and the boot goes on without it. */
  synchronized void degraded(String step, String what) {
    degraded.add(step + ": " + what);
    log("degraded: " + step + ": " + what);
  }

  synchronized void add(Result result) {
    results.add(result);
    log(
        switch (result) {
          case Result.Applied applied ->
              "<" + applied.id() + "> done in " + applied.took().toMillis() + " ms";
          case Result.Skipped skipped -> "<" + skipped.id() + "> skipped: " + skipped.reason();
          case Result.Failed failed ->
              "<" + failed.id() + "> failed: " + failed.cause().getMessage();
        });
    if (!result.isGood() && result.policy() != Policy.MUST) {
      degraded(result.id(), reason(result));
    }
  }

  private static String reason(Result result) {
    return switch (result) {
      case Result.Failed failed -> String.valueOf(failed.cause().getMessage());
      case Result.Skipped skipped -> skipped.reason();
      case Result.Applied applied -> "";
    };
  }

  /** Why this boot cannot go on; empty when it can. */
  synchronized Optional<String> fatal() {
    List<String> reasons =
        results.stream()
            .filter(result -> result instanceof Result.Failed && result.policy() == Policy.MUST)
            .map(result -> result.id() + ": " + reason(result))
            .toList();
    return reasons.isEmpty()
        ? Optional.empty()
        : Optional.of("failed operations: " + String.join("; ", reasons));
  }

  /** Writes what tools and people read later. */
  synchronized void write(String commandLine) {
    try {
      Path directory = Files.createDirectories(initramfs.path(DIRECTORY));
      Files.writeString(directory.resolve("boot-timeline.json"), Json.pretty(timeline()));
      Optional<String> fatal = fatal();
      if (fatal.isPresent()) {
        writeFailure(directory, fatal.get(), commandLine);
      }
      if (!degraded.isEmpty()) {
        Files.writeString(
            Files.createDirectories(initramfs.path("/run/cos")).resolve("boot_degraded"),
            String.join("\n", degraded) + "\n");
      }
      showOnConsole(fatal);
      keep();
    } catch (IOException e) {
      throw new HostFailure("cannot write the boot report", e);
    }
  }

  /** The slowest step first. */
  private List<Map<String, Object>> timeline() {
    List<Result> sorted = new ArrayList<>(results);
    sorted.sort(Comparator.comparing(BootReport::took).reversed());
    List<Map<String, Object>> entries = new ArrayList<>();
    for (Result result : sorted) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", result.id());
      entry.put("duration_ms", took(result).toNanos() / 1e6);
      if (!result.isGood()) {
        entry.put("error", reason(result));
      }
      entries.add(entry);
    }
    return entries;
  }

  private static Duration took(Result result) {
    return switch (result) {
      case Result.Applied applied -> applied.took();
      case Result.Failed failed -> failed.took();
      case Result.Skipped skipped -> Duration.ZERO;
    };
  }

  private static void writeFailure(Path directory, String reason, String commandLine)
      throws IOException {
    // The command line may hold secrets.
    Path file = directory.resolve("boot_failure.log");
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        file,
        """
        IMMUCORE BOOT FAILED
        Reason: %s
        Cmdline: %s
        Logs: /run/immucore/immucore.log
        Look at the logs, then reboot to try again or choose another entry of the boot menu.
        """
            .formatted(reason, commandLine.isBlank() ? "(unavailable)" : commandLine.strip()));
  }

  private void showOnConsole(Optional<String> fatal) throws IOException {
    Path issue = newRoot.resolved("/etc/issue");
    if (fatal.isPresent() || degraded.isEmpty() || !Files.isRegularFile(issue)) {
      return;
    }
    try {
      Files.writeString(
          issue,
          "\n*** This boot is degraded:\n"
              + String.join("\n", degraded.stream().map(line -> "***   " + line).toList())
              + "\n*** Details: /run/immucore/immucore.log\n\n",
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      log("cannot add to /etc/issue: " + e.getMessage());
    }
  }

  /** A ring of the last boots on the persistent partition. */
  private void keep() throws IOException {
    Path persistent = newRoot.path("/usr/local");
    boolean isPersistent =
        initramfs.kernel().mounts().stream()
            .anyMatch(mount -> mount.target().equals(persistent) && !mount.isReadOnly());
    if (!isPersistent) {
      return;
    }
    Path directory = Files.createDirectories(newRoot.path(KEPT));
    String name = "boot-" + initramfs.clock().instant().getEpochSecond() + ".log";
    Files.copy(
        initramfs.path(DIRECTORY + "/immucore.log"),
        directory.resolve(name),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (var all = Files.list(directory)) {
      List<Path> oldest = all.sorted().toList();
      for (Path old : oldest.subList(0, Math.max(0, oldest.size() - KEPT_COUNT))) {
        Files.delete(old);
      }
    }
  }
}
