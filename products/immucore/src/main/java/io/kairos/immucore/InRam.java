package io.kairos.immucore;

import io.kairos.base.Bytes;
import io.kairos.base.Refused;
import io.kairos.boot.BootState;
import io.kairos.formats.cmdline.KernelCommandLine;
import java.util.Optional;

/**
 * A boot whose system lives in memory, {@code kairos.ram} and its relatives on the kernel command
 * line. What the node keeps is on a disk.
 *
 * @param creates partitions that are missing may be made
 * @param disk where; empty: on one that is empty
 * @param wipes also on one that is not, which then loses everything
 * @param persistent zero for the rest of the disk
 */
public record InRam(
    boolean creates, Optional<String> disk, boolean wipes, Bytes oem, Bytes persistent) {
  private static final String CREATE = "kairos.ram.create_partitions";
  private static final Bytes USUAL_OEM = Bytes.ofMib(64);

  /**
   * @return empty when this is no such boot
   * @throws Refused when a size is none
   */
  static Optional<InRam> read(KernelCommandLine line) {
    if (!BootState.isInRam(line.text())) {
      return Optional.empty();
    }
    return Optional.of(
        new InRam(
            line.has(CREATE),
            line.value(CREATE).filter(device -> !device.isEmpty()),
            line.has("kairos.ram.wipe"),
            size(line, "kairos.ram.oem", USUAL_OEM),
            size(line, "kairos.ram.persistent", Bytes.ZERO)));
  }

  private static Bytes size(KernelCommandLine line, String key, Bytes usual) {
    Optional<String> text = line.value(key);
    if (text.isPresent() && !text.get().matches("[0-9]{1,9}")) {
      throw new Refused(
          "%s=%s is no size".formatted(key, text.get()),
          "write a number of mebibytes without a unit, for example " + key + "=64");
    }
    return text.map(Long::parseLong).map(Bytes::ofMib).orElse(usual);
  }
}
