package io.kairos.agent.webui;

import io.kairos.agent.install.InstallTargets;
import io.kairos.agent.install.Machine;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.storage.Disk;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The disks as JSON, with all that helps a person to tell them apart. */
final class DiskList {
  private DiskList() {}

  /**
   * {@code {"automatic": "/dev/vda", "disks": [{"device", "size", "shownSize", "model",
   * "removable", "partitions": [{"device", "shownSize", "type", "label"}], "kairos": "complete",
   * "objection"}]}}; sizes in octets, what is not known is null.
   */
  static Map<String, Object> of(InstallTargets targets) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("automatic", targets.automatic().map(Path::toString));
    tree.put("disks", targets.targets().stream().map(DiskList::disk).toList());
    return tree;
  }

  private static Map<String, Object> disk(InstallTargets.Target target) {
    Disk disk = target.disk();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("device", disk.device().toString());
    tree.put("size", disk.size().count());
    tree.put("shownSize", disk.size().toString());
    tree.put("model", disk.model());
    tree.put("removable", disk.isRemovable());
    tree.put("partitions", disk.partitions().stream().map(DiskList::partition).toList());
    tree.put(
        "kairos",
        target
            .previous()
            .map(was -> was == Machine.Previous.COMPLETE ? "complete" : "interrupted"));
    tree.put("objection", target.objection());
    return tree;
  }

  private static Map<String, Object> partition(Disk.Partition partition) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("device", partition.device().toString());
    tree.put("shownSize", partition.size().toString());
    tree.put("type", partition.content().map(Superblock::type));
    tree.put("label", partition.content().flatMap(Superblock::label).or(partition::partLabel));
    return tree;
  }
}
