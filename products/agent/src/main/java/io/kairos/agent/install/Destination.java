package io.kairos.agent.install;

import io.kairos.storage.Disk;
import io.kairos.storage.Filesystem;
import io.kairos.storage.PartitionSpec;
import io.kairos.storage.PartitionTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a system is installed to.
 *
 * @param disk gets the boot loader
 * @param volumes file systems, by the name that their partitions have in a table of ours; kept ones
 *     may lie on other disks
 * @param table that is written first; empty when the partitions are kept
 * @param previous what an earlier installation left there
 */
public record Destination(
    Disk disk,
    Map<String, Volume> volumes,
    Optional<PartitionTable> table,
    Optional<Machine.Previous> previous) {

  /**
   * @param label empty for a partition of the user's own that has none
   */
  public record Volume(Path device, Filesystem filesystem, Optional<String> label) {}

  public Destination {
    volumes = Collections.unmodifiableMap(new LinkedHashMap<>(volumes));
  }

  /** A disk that gets a new table. */
  static Destination partitioned(
      Disk disk, List<PartitionSpec> partitions, Optional<Machine.Previous> previous) {
    var table = PartitionTable.place(disk.device(), disk.size(), disk.sectorSize(), partitions);
    Map<String, Volume> volumes = new LinkedHashMap<>();
    for (PartitionTable.PlacedPartition placed : table.partitions()) {
      PartitionSpec spec = placed.spec();
      volumes.put(spec.name(), new Volume(table.node(placed), spec.filesystem(), spec.label()));
    }
    return new Destination(disk, volumes, Optional.of(table), previous);
  }

  boolean isKept() {
    return table.isEmpty();
  }

  Volume volume(String name) {
    return Optional.ofNullable(volumes.get(name))
        .orElseThrow(() -> new IllegalArgumentException("no partition named '" + name + "'"));
  }

  /** For programs. */
  List<Object> view() {
    List<Object> view = new ArrayList<>();
    volumes.forEach(
        (name, volume) -> {
          Map<String, Object> partition = new LinkedHashMap<>();
          Optional<PartitionTable.PlacedPartition> placed = table.map(t -> t.partition(name));
          placed.ifPresent(place -> partition.put("number", (long) place.number()));
          partition.put("name", name);
          volume.label().ifPresent(label -> partition.put("label", label));
          partition.put("filesystem", volume.filesystem().type());
          partition.put("device", volume.device().toString());
          placed.ifPresent(
              place -> {
                partition.put("firstSector", place.first());
                partition.put("lastSector", place.last());
              });
          view.add(partition);
        });
    return view;
  }
}
