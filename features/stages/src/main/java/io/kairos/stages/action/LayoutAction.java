package io.kairos.stages.action;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.stages.StepContext;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * {@code layout}: grows the last partition of a disk and its file system. Nothing to grow is
 * success, so the step can run at every boot. Adding partitions is not supported yet.
 */
final class LayoutAction implements Action {
  /**
   * @param grow size to reach, zero for all there is; empty when nothing is to grow
   */
  private record Layout(
      Optional<String> path, Optional<String> label, Optional<Bytes> grow, boolean wantsMore)
      implements Work {
    static Layout read(Section layout) {
      Optional<String[]> device =
          layout
              .section(
                  "device",
                  "disk",
                  section ->
                      new String[] {
                        section.text("path", "device of the disk").orElse(""),
                        section.text("label", "label of a file system on it").orElse(""),
                        section.flag("init_disk", "write a new table").orElse(false) ? "yes" : "",
                        section.text("disk_name", "name of the table").orElse("")
                      })
              .optional();
      Optional<Bytes> grow =
          layout
              .section(
                  "expand_partition",
                  "grow the last partition",
                  section ->
                      section.mebibytes("size", "size to reach; 0 is all").orElse(Bytes.ZERO))
              .optional();
      boolean adds =
          layout
              .anything("add_partitions", "partitions to add; not supported yet")
              .optional()
              .isPresent();
      return new Layout(
          device.map(d -> d[0]).filter(text -> !text.isEmpty()),
          device.map(d -> d[1]).filter(text -> !text.isEmpty()),
          device.isEmpty() ? Optional.empty() : grow,
          adds || device.filter(d -> !d[2].isEmpty()).isPresent());
    }

    @Override
    public String summary() {
      return "layout";
    }

    @Override
    public void perform(StepContext context) {
      if (wantsMore) {
        throw new HostFailure(
            "layout: 'add_partitions' and 'init_disk' are not supported yet; nothing was done");
      }
      if (grow.isEmpty()) {
        return;
      }
      Host host = context.host();
      if (path.isEmpty() && label.isEmpty()) {
        context.log().warn("layout: no device is named, nothing to do");
        return;
      }
      GrowingPartition partition =
          path.isPresent()
              ? GrowingPartition.lastOf(host, path.get())
              : GrowingPartition.besides(host, label.orElseThrow());
      switch (partition.room(grow.get())) {
        case GrowingPartition.Room.None(var reason) ->
            context.log().info("layout: " + partition.device() + " is not grown: " + reason);
        case GrowingPartition.Room.Some(var size) -> {
          partition.grow(size);
          growFilesystem(host, partition.device());
          context.log().info("layout: grown " + partition.device());
        }
      }
    }
  }

  private static void growFilesystem(Host host, String device) {
    String type = GrowingPartition.filesystem(host, device);
    String at = "/run/kairos-grow-" + device.substring(device.lastIndexOf('/') + 1);
    HostFiles.createDirectories(host, at, 0700);
    Kernel kernel = host.kernel();
    kernel.mount(device, host.resolved(at), type, EnumSet.noneOf(Kernel.MountFlag.class), "");
    try {
      GrowingPartition.growFilesystem(host, type, device, at);
    } finally {
      kernel.unmount(host.resolved(at));
    }
  }

  static final Set<String> GROWABLE = Set.of("ext2", "ext3", "ext4", "xfs", "btrfs");

  @Override
  public Optional<Work> read(Section step) {
    return step.section("layout", "partitions of a disk", Layout::read)
        .optional()
        .map(layout -> layout);
  }
}
