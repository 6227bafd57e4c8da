package io.kairos.immucore;

import io.kairos.boot.BootState;
import io.kairos.formats.cmdline.KernelCommandLine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the kernel command line asks of this boot.
 *
 * @param state how the node was booted
 * @param isLive dracut makes the root from live media; nothing of ours is mounted
 * @param inRam the system lives in memory, and what is kept is on a disk
 * @param image slot file below the images partition, for example {@code /cOS/active.img}
 * @param isWritable images stay writable, for debugging
 * @param overlay backing store of overlays, when given: {@code tmpfs:25%} or {@code LABEL=…}
 * @param volumes more partitions to mount, {@code LABEL=…:/path}
 * @param oemLabel label of the partition that holds the node's configuration
 * @param oemDeadline how long to wait for it
 * @param rootDeadline how long to wait for a live root
 * @param fsck whether and how file systems are checked before they are mounted
 */
public record BootRequest(
    BootState state,
    boolean isLive,
    Optional<InRam> inRam,
    Optional<String> image,
    boolean isWritable,
    Optional<String> overlay,
    List<String> volumes,
    Optional<String> oemLabel,
    Duration oemDeadline,
    Duration rootDeadline,
    Fsck fsck) {
  private static final Duration OEM_DEADLINE = Duration.ofSeconds(5);
  private static final Duration ROOT_DEADLINE = Duration.ofMinutes(2);

  /**
   * {@code fsck.mode} and {@code fsck.repair} (systemd-fsck(8)).
   *
   * @param enabled false for {@code fsck.mode=skip}
   * @param arguments of e2fsck
   */
  public record Fsck(boolean enabled, List<String> arguments) {}

  /**
   * @throws io.kairos.base.Refused when it says something that cannot be meant
   */
  public static BootRequest read(KernelCommandLine line) {
    BootState state = BootState.of(line.text(), Optional.empty(), Optional.empty());
    Optional<InRam> inRam = InRam.read(line);
    boolean disabled = line.hasRd("disable");
    return new BootRequest(
        state,
        inRam.isEmpty()
            && (disabled
                || state == BootState.LIVE
                || line.value("root").filter(BootRequest::isLiveRoot).isPresent()),
        inRam,
        line.value("cos-img/filename"),
        line.hasRd("debugrw"),
        line.rd("overlay"),
        line.rdAll("mount"),
        line.rd("oemlabel"),
        seconds(line.rd("oemtimeout"), OEM_DEADLINE),
        seconds(line.rd("sysrootwait"), ROOT_DEADLINE),
        fsck(line));
  }

  private static boolean isLiveRoot(String root) {
    return root.startsWith("live:");
  }

  private static Fsck fsck(KernelCommandLine line) {
    String mode = line.value("fsck.mode").orElse("auto");
    String repair =
        switch (line.value("fsck.repair").orElse("preen")) {
          case "yes" -> "-y";
          case "no" -> "-n";
          default -> "-p";
        };
    return new Fsck(
        !mode.equals("skip"), mode.equals("force") ? List.of("-f", repair) : List.of(repair));
  }

  /** Anything that is no number means the default, as it always did. */
  private static Duration seconds(Optional<String> text, Duration otherwise) {
    return text.filter(value -> value.matches("[0-9]{1,6}"))
        .map(value -> Duration.ofSeconds(Long.parseLong(value)))
        .orElse(otherwise);
  }
}
