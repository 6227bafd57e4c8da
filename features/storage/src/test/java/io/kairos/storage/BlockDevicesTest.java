package io.kairos.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.Bytes;
import io.kairos.host.ForwardingHost;
import io.kairos.host.Kernel;
import io.kairos.testkit.host.ScratchHost;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockDevicesTest {
  private ScratchHost folder;
  private final List<Kernel.MountEntry> mounts = new ArrayList<>();

  @BeforeEach
  void aMachineInAFolder(@TempDir Path root) {
    folder = new ScratchHost(root);
  }

  @Test
  void diskAndPartitionsAreDescribedFromSysfsAndUdev() {
    disk("sda", "8:0", 83886080)
        .with("/sys/block/sda/removable", "1\n")
        .with("/sys/block/sda/device/model", "QEMU HARDDISK   \n");
    partition("sda", 2, "8:2", 131072)
        .with("/run/udev/data/b8:2", "S:x\nE:ID_PART_ENTRY_NAME=my\\x20data\nE:OTHER=1\n");

    Disk disk = observe().getFirst();

    assertThat(disk.describe()).isEqualTo("/dev/sda (40.0 GiB, QEMU HARDDISK)");
    assertThat(disk.isRemovable()).isTrue();
    assertThat(disk.isReadOnly()).isFalse();
    assertThat(disk.sectorSize()).isEqualTo(512);
    assertThat(disk.partitions().getFirst().device()).isEqualTo(Path.of("/dev/sda2"));
    assertThat(disk.partitions().getFirst().size()).isEqualTo(Bytes.ofMib(64));
    assertThat(disk.partitions().getFirst().partLabel()).contains("my data");
  }

  @Test
  void disksAreInTheirNaturalOrderWithoutEmptyAndHiddenOnes() {
    disk("sdaa", "65:160", 8);
    disk("sdb", "8:16", 8);
    disk("nvme0n1", "259:0", 8);
    disk("loop7", "7:7", 0);
    disk("sdc", "8:32", 8).with("/sys/block/sdc/hidden", "1\n");

    assertThat(observe()).extracting(Disk::name).containsExactly("sdb", "sdaa", "nvme0n1");
  }

  @Test
  void aMountIsFoundByItsNumberWhateverItsSourceIsCalled() {
    disk("sda", "8:0", 4096);
    partition("sda", 1, "8:1", 2048);
    mounted("8:1", "/var", "LABEL=data");

    assertThat(observe().getFirst().allUses()).hasToString("[/dev/sda1 on /var]");
  }

  @Test
  void aPartitionBelowAMountedMappingIsInUse() {
    disk("sda", "8:0", 4096);
    partition("sda", 1, "8:1", 2048).withDirectory("/sys/block/sda/sda1/holders/dm-0");
    disk("dm-0", "253:0", 2048);
    mounted("253:0", "/home", "/dev/mapper/home");

    Disk disk = observe().stream().filter(d -> d.name().equals("sda")).findFirst().orElseThrow();

    assertThat(disk.allUses()).hasToString("[/dev/dm-0 on /home]");
    assertThat(disk.hasHolders()).isTrue();
  }

  /** As below /host of a pod. */
  @Test
  void theMountOfAFileSystemComesBeforeWhatIsBoundFromIt() {
    disk("sda", "8:0", 4096);
    partition("sda", 1, "8:1", 2048);
    mounted("8:1", "/.state/var-log.bind", "/host/var/log", "/dev/sda1");
    mounted("8:1", "/host/usr/local", "/dev/sda1");

    assertThat(observe().getFirst().allUses())
        .hasToString("[/dev/sda1 on /host/usr/local, /dev/sda1 on /host/var/log]");
  }

  @Test
  void swapIsAUse() {
    disk("sda", "8:0", 4096);
    partition("sda", 3, "8:3", 2048);
    folder.with("/proc/swaps", "Filename Type Size\n/dev/sda3 partition 1024 0 -2\n");

    assertThat(observe().getFirst().allUses()).hasToString("[/dev/sda3 as swap]");
  }

  private List<Disk> observe() {
    return BlockDevices.observe(new Mounted()).disks();
  }

  private ScratchHost disk(String name, String number, long sectors) {
    return folder
        .with("/sys/block/" + name + "/size", sectors + "\n")
        .with("/sys/block/" + name + "/dev", number + "\n");
  }

  private ScratchHost partition(String disk, int index, String number, long sectors) {
    String entry = "/sys/block/" + disk + "/" + disk + index;
    return folder
        .with(entry + "/partition", index + "\n")
        .with(entry + "/size", sectors + "\n")
        .with(entry + "/dev", number + "\n");
  }

  private void mounted(String device, String at, String source) {
    mounted(device, "/", at, source);
  }

  private void mounted(String device, String root, String at, String source) {
    mounts.add(new Kernel.MountEntry(device, root, Path.of(at), "rw", "ext4", source, "rw"));
  }

  /** The folder, with mounts that have device numbers. */
  private final class Mounted extends ForwardingHost {
    Mounted() {
      super(folder);
    }

    @Override
    public Kernel kernel() {
      return (Kernel)
          Proxy.newProxyInstance(
              Kernel.class.getClassLoader(),
              new Class<?>[] {Kernel.class},
              (_, method, _) -> {
                assertThat(method.getName()).isEqualTo("mounts");
                return List.copyOf(mounts);
              });
    }
  }
}
