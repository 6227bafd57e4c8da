package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stage engine understands what images ship. Commands are never run: they are for nodes. */
class ShippedStagesTest {
  private final List<String> log = new ArrayList<>();
  private ScratchHost node;

  @BeforeEach
  void ship(@TempDir Path folder) {
    node =
        new ScratchHost(folder)
            .withProgram("/usr/bin/systemctl")
            .withDirectory("/run")
            .with("/proc/sys/kernel/hostname", "node1\n")
            .with("/etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n")
            .with("/etc/hosts", "127.0.0.1 localhost\n")
            .with("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
            .with("/etc/group", "root:x:0:\n")
            .with("/etc/shadow", "root:*:1::::::\n");
    for (Framework.Group group : Framework.shipped().groups()) {
      if (group.name().equals("cloudconfigs")) {
        group
            .files()
            .forEach(file -> node.with(file.path(), Resources.text("rootfs" + file.path())));
      }
    }
  }

  private StageRunner runner() {
    return new StageRunner(node, (level, line) -> log.add(level + " " + line));
  }

  @ParameterizedTest
  @CsvSource({
    "rootfs, Root file system.Layout of active and passive",
    "rootfs, Extra persistent paths.Snaps",
    "rootfs, Network.Wired interfaces in the initramfs",
    "rootfs, Root file system.Grow persistent",
    "initramfs, Accounts.Administrator",
    "initramfs, SSH host keys.Ed25519 host key",
    "initramfs, Host names.Name of a new machine",
    "initramfs, Installer.Installer on the first console",
    "initramfs, Recovery.Remote recovery on the first console",
    "initramfs, Reset.Reset on the first console",
    "fs, Former name.State of c3os",
    "boot, System services.Kernel limits",
    "boot, GRUB.An upgrade failed",
    "after-install, GRUB.Hook boot assessment into the menu",
    "after-upgrade, GRUB.Boot assessment",
    "rootfs.before, User data.Ask",
    "initramfs.before, User data.Ask",
    "network, User data.Stages that were over when it came",
    "network, Owners of homes.Give homes to their users",
    "initramfs, Providers.Tell them of the boot",
    "initramfs, System services of OpenRC.Run the agent",
    "initramfs.after, Console font.Font with block elements",
    "initramfs, EFI boot assessment.Let the assessment write",
    "initramfs, System services of OpenRC.Run the stages",
    "initramfs.before, Raspberry Pi.A time that certificates accept",
    "initramfs, NVIDIA Jetson.Images large enough for the drivers",
    "after-install-chroot, NVIDIA QSPI firmware.Stage the firmware of this image",
    "after-upgrade-chroot, NVIDIA QSPI firmware.Stage the firmware of this image",
    "after-upgrade, Disk encryption.Bring the discovery programs up to date",
    "initramfs, SELinux.Load the policy",
    "boot, Virtual machine.QEMU, KVM and Hyper-V.0",
    "initramfs.before, Kernel modules to leave out.bpfilter",
    "initramfs.before, NVIDIA Linux for Tegra.Apply the drivers",
    "boot.before, Open files.Limit of services",
    "initramfs, Profile.KUBECONFIG",
    "fs.after, System extensions.Directories of extensions",
    "initramfs, System extensions.Merge them at boot",
  })
  void everyStageHasItsSteps(String stage, String step) {
    assertThat(runner().analyze(stage, StageSources.only("/system/oem")))
        .contains(step)
        .doesNotContain("error: ", "warning: ");
  }

  @Test
  void theStageRootfsSaysWhatIsKept() {
    node.with("/only/00_rootfs.yaml", node.read("/system/oem/00_rootfs.yaml"));
    node.with("/only/01_extra_binds.yaml", node.read("/system/oem/01_extra_binds.yaml"));

    runner().run("rootfs", StageSources.only("/only"));

    assertThat(node.read("/run/cos/cos-layout.env").lines())
        .contains(
            "OVERLAY=\"tmpfs:25%\"",
            "RW_PATHS=\"/var /etc /srv\"", "VOLUMES=\"LABEL=COS_PERSISTENT:/usr/local\"")
        .anyMatch(
            line ->
                line.startsWith("PERSISTENT_STATE_PATHS=\"/etc/cni ")
                    && line.contains(" /etc/systemd ")
                    && line.endsWith(" /var/log\""));
    assertThat(node.read("/run/cos/extra-layout.env"))
        .isEqualTo("PERSISTENT_STATE_PATHS=\"/snap /var/snap /var/lib/snapd\"\n");
  }
}
