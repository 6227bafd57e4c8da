package io.kairos.immucore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.Bytes;
import io.kairos.base.NameUuid;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.host.linux.LinuxHost;
import io.kairos.storage.BlockDevices;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A root in memory, as dracut leaves it, and what it keeps on a real disk of this kernel. */
class InRamBootTest {
  private static final String LINE =
      "root=live:CDLABEL=COS_LIVE rd.cos.disable rd.cos.oemtimeout=1 kairos.ram";

  private static final String CREATE = LINE + " kairos.ram.create_partitions";

  private final LinuxHost machine = LinuxHost.here();
  private final List<String> stagesSeen = new ArrayList<>();
  private final List<Path> disks = new ArrayList<>();

  @TempDir Path initramfs;
  @TempDir Path files;

  private Path root;

  @BeforeEach
  void makeDisk() throws IOException {
    assumeTrue(
        machine.run(Command.of("id", "-u")).text().equals("0")
            && Files.exists(Path.of("/dev/loop-control")),
        "mounting needs root and loop devices");
    attach(300);
    makeRoot();
  }

  /** As another boot of the same medium finds it: nothing of what was in memory is left. */
  private void makeRoot() throws IOException {
    root = Files.createDirectories(initramfs.resolve("sysroot"));
    machine.kernel().mount("tmpfs", root, "tmpfs", Set.of(), "");
    for (String folder :
        List.of("etc/ssh", "var", "srv", "usr/local", "oem", "system/oem", "proc", "sys", "dev")) {
      Files.createDirectories(root.resolve(folder));
    }
    for (String folder : List.of("run", "tmp", "root", "home", "opt")) {
      Files.createDirectories(root.resolve(folder));
    }
    Files.writeString(root.resolve("etc/issue"), "Kairos\n");
    Files.writeString(root.resolve("etc/ssh/sshd_config"), "UsePAM yes\n");
    for (String folder : List.of("run", "proc", "tmp")) {
      Files.createDirectories(initramfs.resolve(folder));
    }
  }

  private Path attach(int mib) throws IOException {
    Path file = files.resolve("disk" + disks.size() + ".img");
    try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.setLength(Bytes.ofMib(mib).count());
    }
    Path disk = machine.kernel().attachLoop(file, false);
    disks.add(disk);
    return disk;
  }

  @AfterEach
  void release() {
    shutDown();
    for (Path disk : disks) {
      machine.run(Command.of("partx", "--delete", disk.toString()).expecting(0, 1));
      machine.kernel().detachLoop(disk);
    }
  }

  private void shutDown() {
    machine.kernel().mounts().reversed().stream()
        .map(Kernel.MountEntry::target)
        .filter(target -> target.startsWith(initramfs))
        .forEach(machine.kernel()::unmount);
  }

  private Path disk() {
    return disks.getFirst();
  }

  /** The disk as a user or another system made it. */
  private void partition(String... lines) {
    machine.run(
        Command.of("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", disk().toString())
            .stdin("label: gpt\n" + String.join("\n", lines) + "\n"));
    machine.run(Command.of("partx", "--add", disk().toString()).expecting(0, 1));
  }

  private void format(int number, String label) {
    machine.run(Command.of("mkfs.ext4", "-q", "-L", label, disk() + "p" + number));
  }

  private byte[] table() throws IOException {
    try (var in = Files.newInputStream(files.resolve("disk0.img"))) {
      return in.readNBytes(1 << 20);
    }
  }

  private Optional<String> boot(String commandLine) {
    Host first = new WithDevices(machine, initramfs);
    Host second = new Below(machine, root);
    return new Immucore(
            first,
            second,
            (stage, where, _) -> {
              stagesSeen.add(stage + " in " + (where.equals(first) ? "/" : "/sysroot"));
              return List.of();
            },
            candidate -> disks.contains(candidate.device()))
        .boot(commandLine, "test");
  }

  /** The devices of this machine; everything else is scratch. */
  private static final class WithDevices extends Below {
    private final LinuxHost machine;

    WithDevices(LinuxHost machine, Path root) {
      super(machine, root);
      this.machine = machine;
    }

    private static boolean isReal(String absolute) {
      return absolute.matches("/(dev|sys)(/.*)?");
    }

    @Override
    public Path path(String absolute) {
      return isReal(absolute) ? machine.path(absolute) : super.path(absolute);
    }

    @Override
    public Path resolved(String absolute) {
      return isReal(absolute) ? machine.resolved(absolute) : super.resolved(absolute);
    }
  }

  private List<String> labels() {
    return BlockDevices.observe(machine).disk(disk()).orElseThrow().partitions().stream()
        .flatMap(partition -> partition.partLabel().stream())
        .toList();
  }

  private String source(String at) {
    return machine.kernel().mounts().stream()
        .filter(mount -> mount.target().equals(root.resolve(at)))
        .map(Kernel.MountEntry::source)
        .findFirst()
        .orElse("");
  }

  @Test
  void anEmptyDiskGetsThePartitionsAndTheNextBootFindsWhatWasKept() throws IOException {
    assertThat(boot(CREATE)).isEmpty();

    assertThat(initramfs.resolve("run/cos/active_mode")).hasContent("1");
    assertThat(initramfs.resolve("run/cos/in_ram_mode")).hasContent("1");
    assertThat(labels()).containsExactly("oem", "persistent");
    assertThat(source("oem")).isEqualTo(disk() + "p1");
    assertThat(source("usr/local")).isEqualTo(disk() + "p2");
    assertThat(root.resolve("usr/local/.state/etc-ssh.bind/sshd_config"))
        .hasContent("UsePAM yes\n");
    assertThat(stagesSeen).containsExactly("rootfs in /", "initramfs in /sysroot");
    assertThat(root.resolve("etc/fstab"))
        .content()
        .contains("/disk/by-label/COS_OEM /oem ext4 ")
        .doesNotContain(" / ");
    Files.writeString(root.resolve("oem/90_custom.yaml"), "#cloud-config\n");
    Files.writeString(root.resolve("etc/ssh/ssh_host_key"), "secret");
    Files.writeString(root.resolve("etc/changed"), "until reboot");

    shutDown();
    makeRoot();
    assertThat(boot(LINE)).isEmpty();

    assertThat(root.resolve("oem/90_custom.yaml")).exists();
    assertThat(root.resolve("etc/ssh/ssh_host_key")).hasContent("secret");
    assertThat(root.resolve("etc/changed")).doesNotExist();
  }

  @Test
  void withoutLeaveNothingIsMadeAndTheBootSaysWhatToDo() throws IOException {
    byte[] untouched = table();
    assertThat(boot(LINE))
        .hasValueSatisfying(
            reason ->
                assertThat(reason)
                    .contains("ensure-partitions: no disk has a file system labelled COS_OEM or")
                    .contains("add kairos.ram.create_partitions"));
    assertThat(table()).isEqualTo(untouched);
    assertThat(initramfs.resolve("run/immucore/boot_failure.log"))
        .content()
        .contains("kairos.ram.create_partitions=/dev/DISK");
    assertThat(stagesSeen).isEmpty();
  }

  @Test
  void aSizeThatIsNoneStopsTheBootBeforeAnythingIsDone() throws IOException {
    assertThat(boot(CREATE + " kairos.ram.oem=64M"))
        .hasValueSatisfying(reason -> assertThat(reason).contains("kairos.ram.oem=64M is no size"));
    assertThat(labels()).isEmpty();
  }

  @Test
  void whatIsMissingIsAddedBesideWhatIsThere() throws IOException {
    partition("size=70MiB, name=oem", "size=50MiB, name=mine");
    format(1, "COS_OEM");
    format(2, "MINE");

    assertThat(boot(CREATE)).isEmpty();

    assertThat(labels()).containsExactly("oem", "mine", "persistent");
    assertThat(source("usr/local")).isEqualTo(disk() + "p3");
  }

  @Test
  void aDiskThatIsNotEmptyIsTakenOnlyWithConsent() throws IOException {
    partition("size=50MiB, name=mine");
    format(1, "MINE");
    byte[] untouched = table();
    for (String line : List.of(CREATE, CREATE + "=" + disk())) {
      assertThat(boot(line))
          .hasValueSatisfying(reason -> assertThat(reason).contains("kairos.ram.wipe"));
      assertThat(table()).isEqualTo(untouched);
      shutDown();
      makeRoot();
    }

    assertThat(boot(CREATE + " kairos.ram.wipe")).isEmpty();

    assertThat(labels()).containsExactly("oem", "persistent");
  }

  @Test
  void aDiskThatIsNotThereIsTold() throws IOException {
    assertThat(boot(CREATE + "=/dev/nothing"))
        .hasValueSatisfying(
            reason ->
                assertThat(reason)
                    .contains("kairos.ram.create_partitions names /dev/nothing")
                    .contains("name one of these: " + disk()));
  }

  /** The table was written, and the power went before the file systems were. */
  @Test
  void partitionsWithoutFileSystemsAreEndedByTheNextBoot() throws IOException {
    partition(
        "label-id: " + NameUuid.of("KAIROS_RAM"),
        "size=64MiB, name=oem",
        "size=100MiB, name=persistent");

    assertThat(boot(CREATE)).isEmpty();

    assertThat(labels()).containsExactly("oem", "persistent");
    assertThat(source("usr/local")).isEqualTo(disk() + "p2");
  }

  /** Upstream #4804: labels alone would lead to either. */
  @Test
  void anotherDiskWithTheSameLabelsIsLeftAlone() throws IOException {
    assertThat(boot(CREATE)).isEmpty();
    shutDown();
    Path kept = disk();
    Path other = attach(300);
    machine.run(Command.of("dd", "if=" + kept, "of=" + other, "bs=1M", "status=none"));
    machine.run(Command.of("partx", "--add", other.toString()).expecting(0, 1));
    makeRoot();

    assertThat(boot(LINE)).isEmpty();

    assertThat(source("oem")).startsWith(kept.toString());
    assertThat(source("usr/local")).startsWith(kept.toString());
  }
}
