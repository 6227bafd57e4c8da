package io.kairos.immucore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.Bytes;
import io.kairos.config.SystemFacts;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Boots a small installed disk with the real kernel, below a scratch root. */
class InstalledBootTest {
  private static final String ACTIVE =
      "rd.cos.oemlabel=COS_OEM rd.cos.oemtimeout=1 root=LABEL=COS_ACTIVE"
          + " cos-img/filename=/cOS/active.img";

  /** Where the persistent partition has the store of extensions. */
  private static final String STORE = ".state/var-lib-kairos.bind/extensions";

  private final LinuxHost machine = LinuxHost.here();
  private final List<Path> loops = new ArrayList<>();
  private final List<String> stagesSeen = new ArrayList<>();
  private final List<String> systemsSeen = new ArrayList<>();

  @TempDir Path initramfs;
  @TempDir Path files;

  private Path root;

  @BeforeEach
  void makeDisk() throws IOException {
    assumeTrue(
        machine.run(Command.of("id", "-u")).text().equals("0")
            && Files.exists(Path.of("/dev/loop-control")),
        "mounting needs root and loop devices");
    root = Files.createDirectories(initramfs.resolve("sysroot"));
    Files.createDirectories(initramfs.resolve("dev/disk/by-label"));
    for (String directory : List.of("proc", "sys", "run", "tmp")) {
      Files.createDirectories(initramfs.resolve(directory));
    }
    Path image = tree("image");
    for (String directory :
        List.of(
            "etc/ssh",
            "var/log",
            "srv",
            "usr/local",
            "oem",
            "system/oem",
            "proc",
            "sys",
            "dev",
            "run",
            "tmp",
            "root")) {
      Files.createDirectories(image.resolve(directory));
    }
    Files.writeString(image.resolve("etc/issue"), "Kairos\n");
    Files.createDirectories(image.resolve("usr/lib"));
    Files.writeString(image.resolve("usr/lib/os-release"), "PRETTY_NAME=\"Debian 13\"\n");
    Files.createSymbolicLink(
        image.resolve("etc/os-release"), Path.of("/usr/lib/os-release")); // of the new root
    Files.createDirectories(initramfs.resolve("etc"));
    Files.writeString(initramfs.resolve("etc/os-release"), "NAME=dracut\n");
    Files.writeString(image.resolve("etc/ssh/sshd_config"), "UsePAM yes\n");
    Path state = tree("state");
    Files.createDirectories(state.resolve("cOS"));
    filesystem(state.resolve("cOS/active.img"), "ext2", "COS_ACTIVE", image, 16);
    partition("COS_STATE", state, 40);
    partition("COS_OEM", tree("oem"), 16);
    Path kept = Files.createDirectories(tree("persistent").resolve(STORE));
    Files.writeString(kept.resolve("tools.raw"), "image");
    for (String enabled : List.of("active/tools.raw", "passive/tools.raw", "common/more.raw")) {
      Files.createDirectories(kept.resolve(enabled).getParent());
      Files.createSymbolicLink(
          kept.resolve(enabled),
          Path.of("/var/lib/kairos/extensions").resolve(kept.resolve(enabled).getFileName()));
    }
    Files.writeString(kept.resolve("more.raw"), "image");
    partition("COS_PERSISTENT", tree("persistent"), 16);
  }

  @AfterEach
  void release() {
    // Their files have other names once they are unmounted.
    List<Path> held =
        machine.kernel().loops().entrySet().stream()
            .filter(
                loop ->
                    loop.getValue().startsWith(initramfs)
                        || loop.getValue().startsWith(files)
                        || loops.contains(loop.getKey()))
            .map(Map.Entry::getKey)
            .toList();
    machine.kernel().mounts().reversed().stream()
        .filter(mount -> mount.target().startsWith(initramfs))
        .forEach(mount -> machine.kernel().detach(mount.target()));
    held.forEach(machine.kernel()::detachLoop);
  }

  @Test
  void theRootIsReadOnlyAndItsWritablePathsAreNot() throws IOException {
    assertThat(boot(ACTIVE)).isEmpty();
    assertThat(read("run/cos/active_mode")).isEqualTo("1");
    assertThatThrownBy(() -> Files.createFile(root.resolve("x")))
        .hasMessageContaining("Read-only file system");
    Files.writeString(root.resolve("etc/changed"), "until reboot");
    Files.writeString(root.resolve("usr/local/kept"), "for ever");
    Files.writeString(root.resolve("oem/90_custom.yaml"), "#cloud-config\n");
    assertThat(stagesSeen).containsExactly("rootfs in /", "initramfs in /sysroot");
    assertThat(systemsSeen).containsOnly("Debian 13");
  }

  @Test
  void persistentPathsAreSeededFromTheImageAndKept() throws IOException {
    assertThat(boot(ACTIVE)).isEmpty();
    assertThat(root.resolve("usr/local/.state/etc-ssh.bind/sshd_config"))
        .hasContent("UsePAM yes\n");
    Files.writeString(root.resolve("etc/ssh/ssh_host_key"), "secret");
    assertThat(root.resolve("usr/local/.state/etc-ssh.bind/ssh_host_key")).hasContent("secret");
    assertThat(Files.readString(root.resolve("etc/fstab")).lines())
        .contains(
            "tmpfs /tmp tmpfs rw 0 0",
            initramfs + "/dev/disk/by-label/COS_ACTIVE / ext2 ro,suid,dev,exec,async 0 0",
            "tmpfs /run/overlay tmpfs size=25% 0 0",
            "overlay /etc overlay"
                + " lowerdir=/etc,upperdir=/run/overlay/etc/.overlay/upper,workdir=/run/overlay/etc/.overlay/work"
                + " 0 0",
            "/usr/local/.state/etc-ssh.bind /etc/ssh overlay bind 0 0");
  }

  @Test
  void aForgottenDirectoryBelowAWritableOneNeedNotBeInTheImage() throws IOException {
    Files.createDirectories(initramfs.resolve("run/cos"));
    Files.writeString(
        initramfs.resolve("run/cos/custom-layout.env"),
        "CUSTOM_EPHEMERAL_MOUNTS=\"/srv/passing /nowhere\"\n");

    assertThat(boot(ACTIVE)).isEmpty();

    assertThat(machine.kernel().mounts())
        .anyMatch(mount -> mount.target().equals(root.resolve("srv/passing")));
    assertThat(root.resolve("nowhere")).doesNotExist();
    assertThat(read("run/cos/boot_degraded")).contains("no overlay on /nowhere");
  }

  /** Upstream #4085, #4452; assertion 125 of the agent, the part of host keys. */
  @Test
  void keptFoldersFollowANewImageWhereNobodyChangedThem() throws IOException {
    Path image = files.resolve("image");
    Files.createDirectories(image.resolve("etc/systemd/system"));
    Files.writeString(image.resolve("etc/systemd/system/old.service"), "of the image\n");
    Files.writeString(image.resolve("etc/ssh/moduli"), "1\n");
    upgrade();
    assertThat(boot(ACTIVE)).isEmpty();
    Files.writeString(root.resolve("etc/ssh/ssh_host_ed25519_key"), "secret");
    Files.writeString(root.resolve("etc/ssh/moduli"), "of the user\n");
    Files.writeString(root.resolve("etc/systemd/system/mine.service"), "of the user\n");

    Files.delete(image.resolve("etc/systemd/system/old.service"));
    Files.writeString(image.resolve("etc/ssh/sshd_config"), "UsePAM no\n");
    Files.writeString(image.resolve("etc/ssh/moduli"), "2\n");
    upgrade();
    assertThat(boot(ACTIVE)).isEmpty();

    assertThat(root.resolve("etc/systemd/system/old.service")).doesNotExist();
    assertThat(root.resolve("etc/systemd/system/mine.service")).hasContent("of the user\n");
    assertThat(root.resolve("etc/ssh/sshd_config")).hasContent("UsePAM no\n");
    assertThat(root.resolve("etc/ssh/moduli")).hasContent("of the user\n");
    assertThat(root.resolve("etc/ssh/ssh_host_ed25519_key")).hasContent("secret");
    assertThat(root.resolve("usr/local/.state/etc-ssh.bind.seed.json"))
        .content()
        .contains("\"sshd_config\": \"file 644 0 0 ");
  }

  @Test
  void aMissingConfigurationPartitionDegradesTheBootAndIsShown() throws IOException {
    Files.delete(initramfs.resolve("dev/disk/by-label/COS_OEM"));
    assertThat(boot(ACTIVE)).isEmpty();
    assertThat(read("run/cos/boot_degraded")).contains("mount-oem: ").contains("COS_OEM");
    assertThat(root.resolve("etc/issue")).content().contains("This boot is degraded");
    assertThat(root.resolve("usr/local/.kairos/boot-reports")).isNotEmptyDirectory();
  }

  @Test
  void whatIsEnabledForThisBootIsLinkedToWhereTheRealSystemHasIt() throws IOException {
    assertThat(boot(ACTIVE)).isEmpty();
    Path runtime = initramfs.resolve("run/extensions");
    assertThat(runtime.resolve("tools.raw"))
        .isSymbolicLink()
        .satisfies(
            link ->
                assertThat(Files.readSymbolicLink(link))
                    .hasToString("/var/lib/kairos/extensions/active/tools.raw"));
    assertThat(Files.readSymbolicLink(runtime.resolve("more.raw")))
        .hasToString("/var/lib/kairos/extensions/common/more.raw");
    assertThat(initramfs.resolve("run/confexts")).isEmptyDirectory();
    assertThat(read("run/cos/boot_degraded")).doesNotContain("enable-sysext-confext");
  }

  @Test
  void anEnabledExtensionWithoutItsFileDegradesTheBoot() throws IOException {
    Path at = Files.createDirectories(files.resolve("at"));
    machine.kernel().mount(loops.getLast().toString(), at, "ext4", Set.of(), "");
    Files.delete(at.resolve(STORE).resolve("more.raw"));
    machine.kernel().unmount(at);
    assertThat(boot(ACTIVE)).isEmpty();
    assertThat(initramfs.resolve("run/extensions").toFile().list()).containsExactly("tools.raw");
    assertThat(read("run/cos/boot_degraded"))
        .contains("enable-sysext-confext: the system extension more.raw is enabled, but its file");
  }

  @Test
  void aMissingImageEndsTheBootWithItsReason() throws IOException {
    assertThat(boot(ACTIVE.replace("active.img", "gone.img")))
        .hasValueSatisfying(
            reason -> assertThat(reason).contains("discover-state").contains("/cOS/gone.img"));
    assertThat(read("run/immucore/boot_failure.log")).contains("IMMUCORE BOOT FAILED");
    assertThat(stagesSeen).isEmpty();
  }

  private Optional<String> boot(String commandLine) {
    Host first = new Below(machine, initramfs);
    Host second = new Below(machine, root);
    return new Immucore(
            first,
            second,
            (stage, where, log) -> {
              stagesSeen.add(stage + " in " + (where.equals(first) ? "/" : "/sysroot"));
              systemsSeen.add(new SystemFacts(where).osName().orElse("none"));
              return List.of();
            })
        .boot(commandLine, "test");
  }

  private String read(String path) throws IOException {
    return Files.readString(initramfs.resolve(path));
  }

  private Path tree(String name) throws IOException {
    return Files.createDirectories(files.resolve(name));
  }

  private void partition(String label, Path content, int mib) throws IOException {
    filesystem(files.resolve(label + ".img"), "ext4", label, content, mib);
    attach(label);
  }

  private void attach(String label) throws IOException {
    Path device = machine.kernel().attachLoop(files.resolve(label + ".img"), false);
    loops.add(device);
    Path link = initramfs.resolve("dev/disk/by-label").resolve(label);
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, device);
  }

  /** The node after an upgrade to what the tree of the image has become. */
  private void upgrade() throws IOException {
    release();
    loops.clear();
    Path state = files.resolve("state");
    Files.delete(state.resolve("cOS/active.img"));
    Files.delete(files.resolve("COS_STATE.img"));
    filesystem(state.resolve("cOS/active.img"), "ext2", "COS_ACTIVE", files.resolve("image"), 16);
    partition("COS_STATE", state, 40);
    attach("COS_OEM");
    attach("COS_PERSISTENT");
  }

  private void filesystem(Path file, String type, String label, Path content, int mib)
      throws IOException {
    try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.setLength(Bytes.ofMib(mib).count());
    }
    machine.run(
        Command.of("mkfs." + type, "-q", "-L", label, "-d", content.toString(), file.toString()));
  }
}
