package io.kairos.config;

import io.kairos.base.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * A partition as the user wishes it. Names and labels of the system's own partitions are fixed,
 * whatever stands here.
 *
 * @param size zero means the rest of the disk
 */
public record PartitionConfig(
    Optional<String> name,
    Optional<Bytes> size,
    Optional<String> filesystem,
    Optional<String> label,
    List<String> flags) {
  /** A partition of the system: programs find it by its name and label. */
  static PartitionConfig readOfSystem(Section partition) {
    PartitionConfig read = read(partition);
    for (String fixed : List.of("name", "label", "flags", "uuid", "partition_label")) {
      partition.hasNoEffect(fixed, "those of the system's partitions are fixed");
    }
    return read;
  }

  private static PartitionConfig read(Section partition) {
    partition.text("uuid", "kept for old files; has no effect").optional();
    partition.text("partition_label", "kept for old files; has no effect").optional();
    return new PartitionConfig(
        partition.text("name", "partition name").optional(),
        partition.mebibytes("size", "size; 0 is the rest of the disk").optional(),
        partition.text("fs", "file system").optional(),
        partition.text("label", "label of the file system").optional(),
        partition.texts("flags", "partition flags").orElse(List.of()));
  }

  /** A partition of the user's own, which has no name unless one is given. */
  static PartitionConfig readExtra(Section partition) {
    PartitionConfig extra = read(partition);
    partition.mark("name");
    if (extra.name().isEmpty()) {
      partition.report("name", "is missing: extra partition defined without a name");
    }
    return extra;
  }
}
