package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidationTest {
  private static final Set<String> INITRAMFS =
      Set.of(
          "usr/bin/immucore",
          "usr/bin/kairos",
          "usr/bin/kairos-agent",
          "usr/lib/systemd/system/immucore.service");

  private static ScratchHost image(Path folder) {
    var root =
        new ScratchHost(folder)
            .with("/etc/kairos-release", Resources.text("/io/kairos/convert/kairos-release"))
            .with("/boot/vmlinuz-6.12.118", "kernel")
            .withLink("/boot/vmlinuz", "/boot/vmlinuz-6.12.118")
            .with("/usr/lib/modules/6.12.118/modules.dep", "")
            .with("/boot/initrd", "initramfs")
            .withProgram("/usr/bin/kairos")
            .withLink("/usr/bin/kairos-agent", "/usr/bin/kairos")
            .withLink("/usr/bin/immucore", "/usr/bin/kairos")
            .withProgram("/usr/bin/systemctl")
            .with("/etc/os-release", "ID=debian\nVERSION_ID=13\n")
            .with("/usr/lib/systemd/system/getty.target", "[Unit]")
            .with("/usr/lib/systemd/system/multi-user.target", "[Unit]")
            .with("/etc/machine-id", "")
            .with("/etc/hostname", "")
            .withDirectory("/etc/ssh")
            .withLink("/var/lock", "/run/lock")
            .with("/usr/bin/grub-editenv", "")
            .withLink("/usr/bin/grub2-editenv", "grub-editenv")
            .with("/usr/lib/shim/shimx64.efi.signed", "MZ")
            .with("/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "MZ")
            .with("/usr/lib/grub/i386-pc/modinfo.sh", "")
            .with("/usr/share/grub/unicode.pf2", "");
    for (String module : List.of("gzio", "loopback", "regexp", "squash4", "xzio")) {
      root.with("/usr/lib/grub/x86_64-efi/" + module + ".mod", "");
    }
    for (String program :
        List.of(
            "cryptsetup",
            "e2fsck",
            "jq",
            "less",
            "lvm",
            "mkfs.ext4",
            "mkfs.vfat",
            "mount.nfs",
            "resize2fs",
            "rsync",
            "sudo",
            "tar")) {
      root.withProgram("/usr/sbin/" + program);
    }
    for (String directory :
        List.of(
            "/efi",
            "/home",
            "/oem",
            "/opt",
            "/proc",
            "/root",
            "/run",
            "/srv",
            "/sys",
            "/tmp",
            "/usr/lib/kairos",
            "/usr/local")) {
      root.withDirectory(directory);
    }
    for (Framework.Group group : Framework.shipped().groups()) {
      for (Framework.File file : group.files()) {
        root.with(file.path(), Resources.text("rootfs" + file.path()));
      }
    }
    return root;
  }

  private static List<String> failures(ScratchHost root) {
    return Validation.of(root).withInitramfs(INITRAMFS).check().stream()
        .filter(finding -> finding.verdict() != Validation.Verdict.OK)
        .map(Validation.Finding::render)
        .toList();
  }

  @Test
  void anImageHasNoFailures(@TempDir Path folder) {
    assertThat(failures(image(folder))).isEmpty();
  }

  @Test
  void aMaskInEtcIsFoundBeforeTheVendorsUnit(@TempDir Path folder) {
    var root = image(folder).withLink("/etc/systemd/system/getty.target", "/dev/null");

    assertThat(failures(root)).singleElement().asString().contains("getty.target", "masked");
  }

  @Test
  void aKernelLinkThatLeadsNowhereFails(@TempDir Path folder) {
    var root = image(folder);
    root.resolved("/boot/vmlinuz-6.12.118").toFile().delete();

    assertThat(failures(root)).containsExactly("FAIL    /boot/vmlinuz: does not lead to a kernel");
  }

  @Test
  void identitiesFail(@TempDir Path folder) {
    var root =
        image(folder)
            .with("/etc/machine-id", "c0ffee\n")
            .with("/etc/ssh/ssh_host_rsa_key", "secret");

    assertThat(failures(root))
        .anyMatch(line -> line.contains("/etc/machine-id: missing, or not empty"))
        .anyMatch(line -> line.contains("ssh host keys: present: ssh_host_rsa_key"))
        .hasSize(2);
  }

  @Test
  void aReleaseKeyWithoutValueFails(@TempDir Path folder) {
    var root = image(folder);
    root.with(
        "/etc/kairos-release",
        root.read("/etc/kairos-release").replace("KAIROS_MODEL=\"generic\"", "KAIROS_MODEL=\"\""));

    assertThat(failures(root)).containsExactly("FAIL    KAIROS_MODEL: missing or empty");
  }

  @Test
  void aHalfInstalledPackageFails(@TempDir Path folder) {
    var root =
        image(folder)
            .with(
                "/var/lib/dpkg/status",
                """
                Package: ok
                Status: install ok installed
                Version: 1

                Package: broken
                Status: install ok half-configured
                Version: 1
                """);

    assertThat(failures(root)).containsExactly("FAIL    packages: not configured: broken");
  }

  @Test
  void anInitramfsThatWasNotListedIsSaidToBeSkipped(@TempDir Path folder) {
    assertThat(Validation.of(image(folder)).check())
        .filteredOn(finding -> finding.verdict() == Validation.Verdict.SKIPPED)
        .allSatisfy(finding -> assertThat(finding.item()).startsWith("initramfs "))
        .hasSize(4);
  }

  @Test
  void aHostNameOfTheContainerBuilderIsSaidToBeSkipped(@TempDir Path folder) {
    ScratchHost root = image(folder).with("/etc/hostname", "of-the-builder\n");

    assertThat(failures(root)).singleElement().asString().startsWith("FAIL    /etc/hostname");
    assertThat(Validation.of(root).without(Set.of("/etc/hostname")).check())
        .filteredOn(finding -> finding.item().equals("/etc/hostname"))
        .extracting(Validation.Finding::verdict)
        .containsExactly(Validation.Verdict.SKIPPED);
  }
}
