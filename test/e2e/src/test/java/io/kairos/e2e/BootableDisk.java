package io.kairos.e2e;

import io.kairos.base.HostFailure;
import io.kairos.boot.Slot;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.testkit.disk.Ext4;
import io.kairos.testkit.disk.PartitionedDisk;
import io.kairos.testkit.disk.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells whether a node comes back from a disk, by the rules of those who boot it. GRUB reads file
 * systems as they are in their place and replays no journal; it takes the first entry whose kernel
 * it can load. Then the kernel replays the journals, and immucore mounts the image that the entry
 * names, by its label. Both must find a complete system, and the same kernel.
 *
 * <p>Complete is an image whose octets are those of a system that really came up ({@link #learn}),
 * superblocks apart, and whose file system e2fsck finds sound. What is made of the same pieces of a
 * log has the same octets, so each image is read once.
 */
final class BootableDisk {
  private static final List<String> BOOT_FILES =
      List.of("/boot/vmlinuz", "/boot/initrd", "/etc/cos/bootargs.cfg");

  private static final String MODULES = "/grub/i386-pc";

  /** Code of the boot sector, before the disk's signature and the table of a BIOS. */
  private static final int BOOT_CODE = 440;

  /** ext2 keeps copies of its superblock in the first blocks of groups of this size. */
  private static final long GROUP = 128L << 20;

  private static final int BLOCK = 4096;

  private final Host host;
  private final Path scratch;
  private final Set<String> goodContents = new HashSet<>();
  private final Set<String> goodLoaders = new HashSet<>();
  private final Map<String, String> contents = new HashMap<>();
  private final Map<String, Optional<String>> checks = new HashMap<>();
  private final Map<String, String> digests = new HashMap<>();

  /**
   * @param scratch room for one image
   */
  BootableDisk(Host host, Path scratch) {
    this.host = host;
    this.scratch = scratch;
  }

  /** Where an entry of the menu finds its system. */
  private record Place(String partition, Slot slot) {
    static Place of(String entry) {
      return switch (entry) {
        case "cos" -> new Place("state", Slot.ACTIVE);
        case "fallback" -> new Place("state", Slot.PASSIVE);
        case "recovery", "statereset" -> new Place("recovery", Slot.RECOVERY);
        default -> throw new IllegalArgumentException("no entry " + entry);
      };
    }

    String path() {
      return "/" + Slot.FOLDER + "/" + slot.file();
    }
  }

  /**
   * What becomes of a disk.
   *
   * @param entry that GRUB takes
   * @param complete entries of the menu whose systems are complete
   * @param notes what is worth to know, and no failure
   */
  record Boot(String entry, Set<String> complete, List<String> notes) {}

  /** Whether a boot menu is there: from then on the disk must boot. */
  boolean isPublished(View disk) {
    try {
      return Ext4.raw(PartitionedDisk.read(disk).named("state").content()).exists(GrubChoice.MENU);
    } catch (IOException nothingYet) {
      return false;
    }
  }

  /** Where the data of users begin, which no boot depends on; the end of a disk without a table. */
  long endOfSystem(View disk) {
    try {
      return PartitionedDisk.read(disk).named("persistent").offset();
    } catch (IOException nothingYet) {
      return disk.size();
    }
  }

  /**
   * Takes what is on a disk for good: a machine has been booted from it.
   *
   * @throws IOException when it is not all there
   */
  void learn(View disk) throws IOException {
    var partitions = PartitionedDisk.read(disk);
    goodLoaders.add(loader(disk, partitions));
    for (String entry : List.of("cos", "fallback", "recovery")) {
      Place place = Place.of(entry);
      View image = Ext4.recovered(partitions.named(place.partition()).content()).file(place.path());
      goodContents.add(content(image));
    }
  }

  /**
   * @return what boots
   * @throws IOException that says why nothing does
   */
  Boot boot(View disk) throws IOException {
    var partitions = PartitionedDisk.read(disk);
    if (!goodLoaders.contains(loader(disk, partitions))) {
      throw new IOException("GRUB itself is damaged: its boot code or one of its modules");
    }
    List<String> notes = new ArrayList<>();
    for (String mounted : List.of("oem", "persistent")) {
      try {
        var _ = Ext4.recovered(partitions.named(mounted).content()).list("/");
      } catch (IOException e) {
        notes.add(mounted + " cannot be mounted: " + e.getMessage());
      }
    }
    Ext4 state = Ext4.raw(labelled(partitions, "state", "COS_STATE"));
    var choice = GrubChoice.of(state, readable(partitions));
    List<String> unloadable = new ArrayList<>();
    for (String entry : choice.entries()) {
      Optional<View> image = loadable(partitions, Place.of(entry), unloadable);
      if (image.isPresent()) {
        requireSame(partitions, Place.of(entry), image.get(), notes);
        notes.addAll(unloadable);
        return new Boot(entry, complete(partitions), notes);
      }
    }
    throw new IOException(
        "GRUB can load none of " + choice.entries() + ": " + String.join("; ", unloadable));
  }

  private static View labelled(PartitionedDisk partitions, String name, String label)
      throws IOException {
    View partition = partitions.named(name).content();
    if (!Ext4.raw(partition).label().equals(Optional.of(label))) {
      throw new IOException("partition " + name + " is not labelled " + label);
    }
    return partition;
  }

  private static List<Ext4> readable(PartitionedDisk partitions) {
    List<Ext4> systems = new ArrayList<>();
    for (var partition : partitions.partitions()) {
      try {
        systems.add(Ext4.raw(partition.content()));
      } catch (IOException other) {
        // GRUB goes on to the next one
      }
    }
    return systems;
  }

  /** The image of an entry as GRUB sees it, when it finds all that it loads from it. */
  private Optional<View> loadable(PartitionedDisk partitions, Place place, List<String> why) {
    try {
      Ext4 system = Ext4.raw(partitions.named(place.partition()).content());
      View image = system.file(place.path());
      Ext4 root = Ext4.raw(image);
      for (String file : BOOT_FILES) {
        if (root.file(file).size() == 0) {
          throw new IOException(file + " is empty");
        }
      }
      return Optional.of(image);
    } catch (IOException e) {
      why.add("GRUB cannot load " + place.path() + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Kernel and root come from two readers of one partition. */
  private void requireSame(PartitionedDisk partitions, Place place, View loaded, List<String> notes)
      throws IOException {
    String content = content(loaded);
    if (!goodContents.contains(content)) {
      throw new IOException("GRUB loads " + place.path() + ", which is not complete");
    }
    View mounted = mounted(partitions, place);
    if (!content(mounted).equals(content)) {
      notes.add("GRUB and the kernel see different images as " + place.path());
      for (String file : BOOT_FILES) {
        if (!digest(Ext4.raw(loaded).file(file)).equals(digest(Ext4.raw(mounted).file(file)))) {
          throw new IOException("the kernel and the root of " + place.path() + " do not fit");
        }
      }
    }
  }

  /** The image that immucore mounts for an entry. */
  private View mounted(PartitionedDisk partitions, Place place) throws IOException {
    View image = Ext4.recovered(partitions.named(place.partition()).content()).file(place.path());
    Ext4 root = Ext4.recovered(image);
    if (!root.label().equals(Optional.of(place.slot().label()))) {
      throw new IOException(
          "%s is labelled %s instead of %s"
              .formatted(place.path(), root.label().orElse("nothing"), place.slot().label()));
    }
    if (!goodContents.contains(content(image))) {
      throw new IOException("immucore mounts " + place.path() + ", which is not complete");
    }
    Optional<String> damage = check(image);
    if (damage.isPresent()) {
      throw new IOException("e2fsck complains about " + place.path() + ": " + damage.get());
    }
    return image;
  }

  private Set<String> complete(PartitionedDisk partitions) {
    Set<String> complete = new TreeSet<>();
    for (String entry : List.of("cos", "fallback", "recovery")) {
      try {
        var _ = mounted(partitions, Place.of(entry));
        if (loadable(partitions, Place.of(entry), new ArrayList<>()).isPresent()) {
          complete.add(entry);
        }
      } catch (IOException incomplete) {
        // what is not complete is not counted
      }
    }
    return complete;
  }

  // ---- each once

  /** Boot code, core image and modules. */
  private String loader(View disk, PartitionedDisk partitions) throws IOException {
    var text = new StringBuilder(digest(disk.slice(0, BOOT_CODE)));
    text.append(digest(partitions.named("bios").content()));
    Ext4 state = Ext4.raw(partitions.named("state").content());
    for (var module : state.files(MODULES).entrySet()) {
      text.append(module.getKey()).append(digest(module.getValue()));
    }
    return text.toString();
  }

  private String digest(View view) throws IOException {
    String origin = view.origin();
    String known = digests.get(origin);
    if (known == null) {
      known = view.digest();
      digests.put(origin, known);
    }
    return known;
  }

  /** Digest of the blocks that are not zero, without superblocks: labels and dates may differ. */
  private String content(View image) throws IOException {
    String origin = image.origin();
    String known = contents.get(origin);
    if (known == null) {
      known = image.digestOfBlocks(BLOCK, offset -> offset % GROUP != 0);
      contents.put(origin, known);
    }
    return known;
  }

  private Optional<String> check(View image) throws IOException {
    String origin = image.origin();
    Optional<String> known = checks.get(origin);
    if (known == null) {
      known = e2fsck(image);
      checks.put(origin, known);
    }
    return known;
  }

  private Optional<String> e2fsck(View image) throws IOException {
    Path copy = scratch.resolve("image.img");
    image.copyTo(copy);
    try {
      var _ =
          host.run(
              Command.of("e2fsck", "-f", "-n", copy.toString()).within(Duration.ofMinutes(10)));
      return Optional.empty();
    } catch (HostFailure damaged) {
      return Optional.of(damaged.getMessage());
    } finally {
      Files.delete(copy);
    }
  }

  /** For the closing words of a test: how many images have been read as a whole. */
  int imagesRead() {
    return contents.size();
  }
}
