package io.kairos.storage;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.formats.gpt.GptHeader;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Every block device of a machine with what is on it and what uses it. Mounts are found by device
 * number, so a mount by label, by link or of a mapped device counts like any other.
 *
 * @param disks ordered by kernel name, numbers by value: {@code sda}, {@code sdb}, {@code sdaa}
 */
public record BlockDevices(List<Disk> disks) {
  private static final int SYSFS_SECTOR = 512;

  public BlockDevices {
    disks = List.copyOf(disks);
  }

  /** The disk behind a path such as {@code /dev/sda}, links already resolved. */
  public Optional<Disk> disk(Path device) {
    return disks.stream().filter(disk -> disk.device().equals(device)).findFirst();
  }

  /** The first partition, over all disks, whose file system has that label. */
  public Optional<Disk.Partition> partitionLabelled(String label) {
    return disks.stream().flatMap(disk -> disk.partitionLabelled(label).stream()).findFirst();
  }

  /** Looks at {@code /sys/block}, udev's records, the mounts, the swaps and the first blocks. */
  public static BlockDevices observe(Host host) {
    return new Observer(host).observe();
  }

  private static final class Observer {
    private final Host host;

    /** Of whole file systems first: in a pod what is bound from one may be older than its mount. */
    private final List<Kernel.MountEntry> mounts;

    private final Set<Path> swaps;

    Observer(Host host) {
      this.host = host;
      this.mounts =
          host.kernel().mounts().stream()
              .sorted(Comparator.comparing(mount -> !mount.root().equals("/")))
              .toList();
      this.swaps = swaps();
    }

    BlockDevices observe() {
      List<Disk> disks = new ArrayList<>();
      for (Path entry : children(host.path("/sys/block"))) {
        disk(entry).ifPresent(disks::add);
      }
      disks.sort(
          Comparator.comparingInt((Disk disk) -> disk.name().replaceAll("[0-9]+$", "").length())
              .thenComparing(disk -> disk.name().replaceAll("[0-9]+$", ""))
              .thenComparing(Disk::name, Comparator.comparingInt(String::length))
              .thenComparing(Disk::name));
      return new BlockDevices(disks);
    }

    private Optional<Disk> disk(Path entry) {
      String name = entry.getFileName().toString().replace('!', '/');
      long sectors = number(entry.resolve("size"));
      if (number(entry.resolve("hidden")) == 1 || sectors == 0) {
        return Optional.empty();
      }
      Path device = Path.of("/dev").resolve(name);
      Map<String, String> udev = udev(entry);
      if (udev.getOrDefault("DM_UUID", "").contains("mpath") && udev.containsKey("DM_PART")) {
        return Optional.empty(); // a partition of a multipath disk, not a disk
      }
      Disk.Kind kind = Disk.Kind.of(name);
      int sectorSize =
          (int) Math.max(SYSFS_SECTOR, number(entry.resolve("queue/logical_block_size")));
      Optional<GptHeader> table =
          kind == Disk.Kind.MEMORY ? Optional.empty() : table(device, sectorSize);
      Map<Integer, GptHeader.Entry> entries = table.map(GptHeader::entries).orElse(Map.of());
      List<Disk.Partition> partitions = new ArrayList<>();
      for (Path child : children(entry)) {
        if (Files.exists(child.resolve("partition"))) {
          partitions.add(partition(child, entries));
        }
      }
      partitions.sort(Comparator.comparingInt(Disk.Partition::number));
      return Optional.of(
          new Disk(
              name,
              device,
              kind,
              Bytes.of(sectors * SYSFS_SECTOR),
              sectorSize,
              number(entry.resolve("removable")) == 1,
              number(entry.resolve("ro")) == 1,
              text(entry.resolve("device/model")).filter(model -> !model.isEmpty()),
              partitions.isEmpty() && kind != Disk.Kind.MEMORY ? content(device) : Optional.empty(),
              partitions,
              uses(entry, device),
              hasHolders(entry),
              table.map(GptHeader::disk)));
    }

    private Optional<GptHeader> table(Path device, int sectorSize) {
      try (SeekableByteChannel blocks = Files.newByteChannel(host.resolved(device.toString()))) {
        return GptHeader.read(blocks, sectorSize);
      } catch (IOException e) {
        return Optional.empty(); // an empty drive
      }
    }

    private static boolean hasHolders(Path entry) {
      return !children(entry.resolve("holders")).isEmpty()
          || children(entry).stream()
              .filter(child -> Files.exists(child.resolve("partition")))
              .anyMatch(partition -> !children(partition.resolve("holders")).isEmpty());
    }

    private Disk.Partition partition(Path entry, Map<Integer, GptHeader.Entry> entries) {
      String name = entry.getFileName().toString().replace('!', '/');
      Path device = Path.of("/dev").resolve(name);
      Map<String, String> udev = udev(entry);
      int number = (int) number(entry.resolve("partition"));
      Optional<GptHeader.Entry> inTable = Optional.ofNullable(entries.get(number));
      return new Disk.Partition(
          name,
          device,
          number,
          Bytes.of(number(entry.resolve("size")) * SYSFS_SECTOR),
          Optional.ofNullable(udev.get("ID_PART_ENTRY_NAME"))
              .map(Observer::unescaped)
              .or(() -> Optional.ofNullable(uevent(entry).get("PARTNAME")))
              .or(() -> inTable.map(GptHeader.Entry::name).filter(found -> !found.isEmpty())),
          Optional.ofNullable(udev.get("ID_PART_ENTRY_UUID"))
              .or(() -> Optional.ofNullable(uevent(entry).get("PARTUUID"))),
          inTable.map(GptHeader.Entry::type),
          content(device),
          uses(entry, device));
    }

    private Optional<Superblock> content(Path device) {
      try (SeekableByteChannel blocks = Files.newByteChannel(host.resolved(device.toString()))) {
        return Superblock.read(blocks);
      } catch (IOException e) {
        return Optional.empty(); // an empty drive, or a node that is not there yet: nothing to see
      }
    }

    /** Of a device and, through its holders, of everything that was built on it. */
    private List<Disk.Use> uses(Path entry, Path device) {
      Set<Disk.Use> uses = new LinkedHashSet<>();
      String number = text(entry.resolve("dev")).orElse("");
      for (Kernel.MountEntry mount : mounts) {
        if (mount.device().equals(number)) {
          uses.add(new Disk.Use(device, "on " + mount.target(), Optional.of(mount.target())));
        }
      }
      if (swaps.contains(device)) {
        uses.add(new Disk.Use(device, "as swap", Optional.empty()));
      }
      for (Path holder : children(entry.resolve("holders"))) {
        Path name = holder.getFileName();
        uses.addAll(uses(host.path("/sys/block").resolve(name), Path.of("/dev").resolve(name)));
      }
      return List.copyOf(uses);
    }

    private Set<Path> swaps() {
      Set<Path> devices = new LinkedHashSet<>();
      for (String line : text(host.path("/proc/swaps")).orElse("").lines().skip(1).toList()) {
        devices.add(Path.of(line.split("\\s")[0]));
      }
      return devices;
    }

    /** udev's record of a device: lines such as {@code E:ID_FS_TYPE=ext4}. */
    private Map<String, String> udev(Path entry) {
      Map<String, String> properties = new TreeMap<>();
      Optional<String> number = text(entry.resolve("dev"));
      if (number.isPresent()) {
        text(host.path("/run/udev/data/b" + number.get()))
            .orElse("")
            .lines()
            .filter(line -> line.startsWith("E:"))
            .forEach(line -> put(properties, line.substring(2)));
      }
      return properties;
    }

    private Map<String, String> uevent(Path entry) {
      Map<String, String> properties = new TreeMap<>();
      text(entry.resolve("uevent")).orElse("").lines().forEach(line -> put(properties, line));
      return properties;
    }

    private static void put(Map<String, String> properties, String assignment) {
      int equals = assignment.indexOf('=');
      if (equals > 0) {
        properties.put(assignment.substring(0, equals), assignment.substring(equals + 1));
      }
    }

    /** udev writes what is not plain as {@code \x20}. */
    private static String unescaped(String text) {
      var plain = new StringBuilder();
      for (int i = 0; i < text.length(); i++) {
        if (text.startsWith("\\x", i) && i + 4 <= text.length()) {
          plain.append((char) Integer.parseInt(text.substring(i + 2, i + 4), 16));
          i += 3;
        } else {
          plain.append(text.charAt(i));
        }
      }
      return plain.toString();
    }

    private static List<Path> children(Path directory) {
      try (Stream<Path> entries = Files.list(directory)) {
        return entries.sorted().toList();
      } catch (NoSuchFileException | java.nio.file.NotDirectoryException e) {
        return List.of();
      } catch (IOException e) {
        throw new HostFailure("cannot list " + directory, e);
      }
    }

    private static long number(Path file) {
      return text(file).filter(digits -> digits.matches("[0-9]+")).map(Long::parseLong).orElse(0L);
    }

    private static Optional<String> text(Path file) {
      try {
        return Optional.of(Files.readString(file).strip());
      } catch (IOException e) {
        return Optional.empty(); // sysfs attributes come and go with the driver
      }
    }
  }
}
