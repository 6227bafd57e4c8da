package io.kairos.stages.action;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.config.DeviceScript;
import io.kairos.config.Section;
import io.kairos.host.Host;
import io.kairos.stages.StepContext;
import io.kairos.stages.layout.AddedPartitions;
import io.kairos.stages.layout.GrowingPartition;
import io.kairos.stages.layout.LayoutDisk;
import io.kairos.stages.layout.NewPartition;
import java.util.List;
import java.util.Optional;

/**
 * {@code layout}: makes the table of a disk, adds partitions to it, grows the last one with its
 * file system. What is done already is success, so the step can run at every boot.
 */
final class LayoutAction implements Action {
  /**
   * The disk, as a step names it.
   *
   * @param path of the device, or a script that prints it
   * @param label of a file system on the disk
   */
  private record Device(
      Optional<String> path, Optional<String> label, boolean isInitialized, String diskName) {
    static Device read(Section device) {
      Optional<String> path =
          device
              .text("path", "device of the disk, or script://COMMAND that prints it")
              .optional()
              .filter(text -> !text.isEmpty());
      Optional<String> label =
          device
              .text("label", "label of a file system on it")
              .optional()
              .filter(text -> !text.isEmpty());
      boolean init =
          device
              .flag("init_disk", "write a new table, unless it has the one of disk_name")
              .orElse(false);
      return new Device(
          path, label, init, device.text("disk_name", "names the new table").orElse(""));
    }

    Optional<LayoutDisk> find(Host host) {
      if (isInitialized && (path.isEmpty() || label.isPresent())) {
        throw new HostFailure(
            "layout: init_disk needs the path of the disk, and no label: it makes the disk empty");
      }
      return path.map(text -> LayoutDisk.at(host, DeviceScript.resolve(host, text)))
          .or(() -> label.map(text -> LayoutDisk.holding(host, text)));
    }
  }

  /**
   * @param grow size to reach, zero for all there is; empty when nothing is to grow
   */
  private record Layout(Optional<Device> device, AddedPartitions add, Optional<Bytes> grow)
      implements Work {
    static Layout read(Section layout) {
      return new Layout(
          layout.section("device", "disk", Device::read).optional(),
          new AddedPartitions(
              layout
                  .sections("add_partitions", "partitions to add", NewPartition::read)
                  .orElse(List.of())),
          layout
              .section(
                  "expand_partition",
                  "grow the last partition",
                  section ->
                      section.mebibytes("size", "size to reach; 0 is all").orElse(Bytes.ZERO))
              .optional());
    }

    @Override
    public String summary() {
      return "layout";
    }

    @Override
    public void perform(StepContext context) {
      add.requireSound();
      Optional<LayoutDisk> found = device.orElseThrow().find(context.host());
      if (found.isEmpty()) {
        context.log().warn("layout: no device is named, nothing to do");
        return;
      }
      LayoutDisk disk = found.get();
      if (device.get().isInitialized() && disk.initialize(device.get().diskName())) {
        context.log().info("layout: " + disk.device() + " has a new partition table");
      }
      boolean hasRoom = add.wanted().isEmpty() || add.addTo(disk, context.log());
      if (hasRoom && grow.isPresent()) {
        grow(context, GrowingPartition.lastOf(disk), grow.get());
      }
    }

    private static void grow(StepContext context, GrowingPartition partition, Bytes size) {
      switch (partition.room(size)) {
        case GrowingPartition.Room.None(var reason) ->
            context.log().info("layout: " + partition.device() + " is not grown: " + reason);
        case GrowingPartition.Room.Some(var target) -> {
          partition.grow(target);
          partition.growFilesystem();
          context.log().info("layout: grown " + partition.device());
        }
      }
    }
  }

  @Override
  public List<String> keys() {
    return List.of("layout");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.section("layout", "partitions of a disk", Layout::read)
        .optional()
        .filter(layout -> layout.device().isPresent())
        .map(layout -> layout);
  }
}
