package io.kairos.stages.layout;

import io.kairos.base.HostFailure;
import io.kairos.base.NameUuid;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.host.Udev;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The disk that a step is about.
 *
 * @param name kernel name, such as {@code vda}
 */
public record LayoutDisk(Host host, String name) {
  private static final String BLOCK = "/sys/class/block/";
  private static final String STANDARD_NAME = "YIP_DISK";

  /** The disk at a path, links followed. */
  public static LayoutDisk at(Host host, String path) {
    if (!path.startsWith("/") || !Files.exists(host.resolved(path))) {
      throw new HostFailure("layout: there is no device " + path);
    }
    String name = host.resolved(path).getFileName().toString();
    if (!Files.exists(host.resolved(BLOCK + name))) {
      throw new HostFailure("layout: " + path + " is no disk");
    }
    return new LayoutDisk(host, name);
  }

  /** The disk on which a file system with this label lies. */
  public static LayoutDisk holding(Host host, String label) {
    String link = "/dev/disk/by-label/" + label;
    Optional<String> device =
        Files.exists(host.resolved(link)) ? Optional.of(link) : search(host, label);
    String name =
        device
            .map(path -> host.resolved(path).getFileName().toString())
            .orElseThrow(
                () -> new HostFailure("layout: there is no file system with the label " + label));
    if (!Files.exists(host.resolved(BLOCK + name + "/partition"))) {
      return new LayoutDisk(host, name);
    }
    try {
      Path sysfs = Files.readSymbolicLink(host.path(BLOCK + name));
      return new LayoutDisk(host, sysfs.getParent().getFileName().toString());
    } catch (IOException e) {
      throw new HostFailure("layout: cannot find the disk of " + name, e);
    }
  }

  /** Where no udev makes links, in an early initramfs for example. */
  private static Optional<String> search(Host host, String label) {
    if (!host.hasProgram("blkid")) {
      return Optional.empty();
    }
    Output found = host.run(Command.of("blkid", "-c", "/dev/null", "-L", label).expecting(0, 1, 2));
    return Optional.of(found.text()).filter(text -> found.succeeded() && !text.isEmpty());
  }

  public String device() {
    return "/dev/" + name;
  }

  /** {@code /dev/sda2}, {@code /dev/nvme0n1p2} (block/partitions/core.c, add_partition). */
  static String node(String device, int number) {
    boolean endsWithDigit = Character.isDigit(device.charAt(device.length() - 1));
    return device + (endsWithDigit ? "p" : "") + number;
  }

  /**
   * Writes an empty table with a GUID that follows from a name, unless the disk has that table
   * already: what a later step or a user put into it stays.
   *
   * @param diskName empty for the standard one
   * @return whether it was written
   * @throws HostFailure also when something of the disk is in use
   */
  public boolean initialize(String diskName) {
    String id =
        NameUuid.of(diskName.isEmpty() ? STANDARD_NAME : diskName)
            .toString()
            .toUpperCase(Locale.ROOT);
    Output old = host.run(Command.of("sfdisk", "--json", device()).expecting(0, 1));
    if (old.succeeded() && old.stdout().contains("\"id\": \"" + id + "\"")) {
      return false;
    }
    host.run(
        Command.of("sfdisk", "--quiet", "--wipe", "always", "--no-tell-kernel", device())
            .stdin("label: gpt\nlabel-id: " + id + "\n")
            .within(Duration.ofMinutes(2)));
    host.kernel().sync(host.resolved(device()));
    host.run(Command.of("partx", "--delete", device()).expecting(0, 1));
    Udev.settle(host);
    return true;
  }

  DiskTable table() {
    Output output = host.run(Command.of("sfdisk", "--json", device()).expecting(0, 1));
    if (!output.succeeded()) {
      throw HostFailure.withRemedy(
          "layout: " + device() + " has no partition table: " + output.stderr().strip(),
          "choose another disk, or set init_disk: true");
    }
    return DiskTable.parse(device(), output.stdout(), sectors());
  }

  private long sectors() {
    String file = BLOCK + name + "/size";
    try {
      return Long.parseLong(Files.readString(host.resolved(file)).strip());
    } catch (IOException | NumberFormatException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  /** Whether a file system with that label is on a partition of this disk. */
  boolean holds(DiskTable table, String label) {
    return table.entries().stream()
        .map(
            entry ->
                host.run(
                        Command.of(
                                "blkid",
                                "-c",
                                "/dev/null",
                                "-o",
                                "value",
                                "-s",
                                "LABEL",
                                entry.node())
                            .expecting(0, 2))
                    .text())
        .anyMatch(label::equals);
  }

  /** Puts partitions into the table, has the kernel learn them, and formats them. */
  void add(DiskTable table, List<DiskTable.Placed> partitions) {
    for (DiskTable.Placed placed : partitions) {
      NewPartition partition = placed.partition();
      if (partition.isFormatted() && !host.hasProgram(partition.tool())) {
        throw HostFailure.withRemedy(
            "layout: there is no " + partition.tool() + " on this system; nothing was changed",
            "add the package that brings it to the image");
      }
    }
    if (table.hasRoomBehind()) {
      host.run(Command.of("sfdisk", "--relocate", "gpt-bak-std", device()));
    }
    host.run(
        Command.of(
                "sfdisk",
                "--quiet",
                "--append",
                "--no-reread",
                "--no-tell-kernel",
                "--wipe-partitions",
                "always",
                device())
            .stdin(
                partitions.stream()
                    .map(placed -> placed.script() + "\n")
                    .collect(Collectors.joining()))
            .within(Duration.ofMinutes(2)));
    host.kernel().sync(host.resolved(device()));
    announce(partitions);
    for (DiskTable.Placed placed : partitions) {
      if (placed.partition().isFormatted()) {
        String node = node(device(), placed.number());
        placed.partition().format(host, node);
        host.kernel().sync(host.resolved(node));
      }
    }
    Udev.settle(host);
  }

  /** Fails for partitions that udev was faster to announce; what counts is that they are there. */
  private void announce(List<DiskTable.Placed> partitions) {
    String numbers = partitions.getFirst().number() + ":" + partitions.getLast().number();
    Output told = host.run(Command.of("partx", "--add", "--nr", numbers, device()).expecting(0, 1));
    Udev.settle(host);
    for (DiskTable.Placed placed : partitions) {
      String node = node(device(), placed.number());
      if (!Files.exists(host.resolved(node))) {
        throw HostFailure.withRemedy(
            "layout: the kernel does not show " + node + " yet: " + told.stderr().strip(),
            "the partition is in the table; restart the machine");
      }
    }
  }
}
