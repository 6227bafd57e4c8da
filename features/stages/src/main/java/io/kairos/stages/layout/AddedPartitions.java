package io.kairos.stages.layout;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.stages.StageLog;
import java.util.ArrayList;
import java.util.List;

/** The partitions that a step adds to a disk, unless they are there. */
public record AddedPartitions(List<NewPartition> wanted) {
  /** With less than this behind the last partition a disk is full. */
  private static final Bytes LEAST_ROOM = Bytes.ofMib(32);

  public AddedPartitions {
    wanted = List.copyOf(wanted);
  }

  /**
   * @throws HostFailure when one of them is impossible on any disk
   */
  public void requireSound() {
    wanted.forEach(NewPartition::requireSound);
  }

  /**
   * Adds what is missing, in order.
   *
   * @return false when the disk is full, so that nothing more is to be tried
   */
  public boolean addTo(LayoutDisk disk, StageLog log) {
    DiskTable table = disk.table();
    if (table.free().isLessThan(LEAST_ROOM)) {
      log.warn(
          "layout: " + disk.device() + " has only " + table.free() + " left, nothing is added");
      return false;
    }
    if (wanted.stream().filter(NewPartition::isBootable).count() > 1) {
      log.warn("layout: more than one partition is bootable; firmware may take any of them");
    }
    List<NewPartition> missing = new ArrayList<>();
    for (NewPartition partition : wanted) {
      boolean isThere =
          partition.name().isEmpty()
              ? !partition.label().isEmpty() && disk.holds(table, partition.label())
              : table.has(partition.name());
      if (isThere) {
        log.warn("layout: " + partition.shown() + " is on " + disk.device() + " already");
      } else {
        missing.add(partition);
      }
    }
    if (!missing.isEmpty()) {
      disk.add(table, table.place(missing, wanted.getLast()));
      missing.forEach(p -> log.info("layout: added " + p.shown() + " to " + disk.device()));
    }
    return true;
  }
}
