package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.ForwardingHost;
import io.kairos.host.Kernel;
import io.kairos.host.linux.LinuxHost;
import io.kairos.stages.StageReport;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import io.kairos.testkit.host.OverlaidRoot;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * What images ship is executed, commands too, in this machine's own system with a layer above.
 * {@code /proc} is a folder there, {@code systemctl} and the agent note how they are called, and
 * the host name is only remembered.
 */
@EnabledIf(value = "isPossible", disabledReason = "needs root, overlayfs and a Debian system")
class ShippedStagesExecutedTest {
  @TempDir Path folder;
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private final List<String> hostnames = new ArrayList<>();
  private OverlaidRoot root;
  private LinuxHost files;
  private ForwardingHost node;

  static boolean isPossible() {
    return OverlaidRoot.isPossible() && Files.exists(Path.of("/etc/debian_version"));
  }

  @BeforeEach
  void ship() throws IOException {
    Kernel kernel = LinuxHost.here().kernel();
    root = OverlaidRoot.below(folder, kernel);
    files = LinuxHost.here().at(root.path());
    Kernel withoutName = withoutName(kernel);
    node =
        new ForwardingHost(files) {
          @Override
          public Kernel kernel() {
            return withoutName;
          }
        };
    for (Framework.Group group : Framework.shipped().groups()) {
      for (Framework.File file : group.files()) {
        if (file.path().startsWith("/system/oem/") || file.path().startsWith("/etc/init.d/")) {
          write(file.path(), Resources.text("rootfs" + file.path()));
        }
      }
    }
    write("/etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n");
    write("/etc/hosts", "127.0.0.1 localhost\n");
    write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    Files.deleteIfExists(files.path("/var/lib/dbus/machine-id"));
    write("/proc/cmdline", "root=LABEL=COS_ACTIVE\n");
    write("/proc/mounts", "");
    write("/proc/sys/kernel/hostname", "node1\n");
    for (String parameter :
        List.of(
            "net/core/rmem_max",
            "vm/max_map_count",
            "fs/inotify/max_user_instances",
            "fs/inotify/max_user_watches")) {
      write("/proc/sys/" + parameter, "0\n");
    }
    // There is user data already, so no platform is asked for some.
    Files.createDirectories(files.path("/oem/95_userdata"));
    noting("/usr/bin/systemctl");
    noting("/usr/bin/kairos-agent");
  }

  @AfterEach
  void throwAway() {
    if (root != null) {
      root.close();
    }
  }

  private Kernel withoutName(Kernel kernel) {
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("setHostname")) {
                hostnames.add((String) arguments[0]);
                return null;
              }
              try {
                return method.invoke(kernel, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void write(String path, String text) throws IOException {
    Path file = files.resolved(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void noting(String program) throws IOException {
    String name = program.substring(program.lastIndexOf('/') + 1);
    Files.deleteIfExists(files.path(program));
    write(program, "#!/bin/sh\necho " + name + " \"$@\" >> /calls\n");
    Files.setPosixFilePermissions(
        files.path(program), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void sentinel(String name) throws IOException {
    write("/run/cos/" + name, "1");
  }

  private StageReport run(String stage) {
    return new StageRunner(node, (level, line) -> log.add(level + " " + line))
        .run(stage, StageSources.only("/system/oem"));
  }

  private String read(String path) throws IOException {
    return Files.readString(files.resolved(path));
  }

  private String mode(String path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(files.resolved(path)));
  }

  private boolean exists(String path) {
    return Files.exists(files.resolved(path));
  }

  private String calls() throws IOException {
    return exists("/calls") ? read("/calls") : "";
  }

  @Test
  void aNodeGetsItsAccountsKeysAndNamesInTheInitramfs() throws IOException {
    sentinel("active_mode");
    Files.deleteIfExists(files.path("/etc/hostname"));
    Files.deleteIfExists(files.path("/etc/ssh/ssh_host_ed25519_key"));
    Files.deleteIfExists(files.path("/etc/ssh/ssh_host_rsa_key"));
    run("initramfs").orThrow();
    assertThat(read("/etc/passwd")).containsPattern("(?m)^kairos:x:\\d+:900:.*:/bin/bash$");
    assertThat(read("/etc/group")).containsPattern("(?m)^admin:x:900:");
    assertThat(read("/etc/shadow"))
        .containsPattern("(?m)^kairos:!:")
        .containsPattern("(?m)^root:!");
    assertThat(mode("/etc/sudoers")).isEqualTo("r--r-----");
    assertThat(read("/etc/sudoers")).contains("%admin ALL=(ALL) NOPASSWD: ALL");
    assertThat(hostnames).containsExactly("kairos-0123");
    for (String name : List.of("hosts", "hostname")) {
      assertThat(Files.readSymbolicLink(files.path("/etc/" + name)).toString())
          .isEqualTo("/usr/local/etc/" + name);
    }
    assertThat(read("/etc/hostname")).isEqualTo("kairos-0123\n");
    assertThat(read("/etc/profile.d/kairos.sh")).contains("KUBECONFIG");
    assertThat(read("/etc/systemd/network/20-dhcp.network")).contains("ClientIdentifier=mac");
    assertThat(calls()).doesNotContain("kairos-agent");
    if (exists("/usr/bin/ssh-keygen")) {
      assertThat(mode("/etc/ssh/ssh_host_ed25519_key")).isEqualTo("rw-------");
      assertThat(exists("/etc/ssh/ssh_host_rsa_key")).isTrue();
    }
  }

  /** Container builders mount their own over it, and leave a file without content behind. */
  @Test
  void aNodeWhoseImageHasNoHostsGetsThose() throws IOException {
    sentinel("active_mode");
    Files.deleteIfExists(files.path("/usr/local/etc/hosts"));
    Files.deleteIfExists(files.path("/etc/hosts"));
    write("/etc/hosts", "");
    run("initramfs").orThrow();
    assertThat(read("/etc/hosts")).isEqualTo(Resources.text("rootfs/etc/hosts"));
  }

  @Test
  void aSecondBootChangesNothing() throws IOException {
    sentinel("active_mode");
    run("initramfs").orThrow();
    List<String> before = List.of(read("/etc/passwd"), read("/etc/group"), read("/etc/hosts"));
    run("initramfs").orThrow();
    assertThat(List.of(read("/etc/passwd"), read("/etc/group"), read("/etc/hosts")))
        .isEqualTo(before);
  }

  @Test
  void providersAreToldOfTheBootWhenThereAreSome() throws IOException {
    sentinel("active_mode");
    noting("/system/providers/agent-provider-demo");
    run("initramfs").orThrow();
    assertThat(calls()).contains("kairos-agent notify agent.boot\n");
    Files.delete(files.path("/calls"));
    sentinel("recovery_mode");
    run("initramfs").orThrow();
    assertThat(calls()).doesNotContain("kairos-agent");
  }

  @Test
  void aMediumThatShallInstallHasItsInstallerAndAsksForNoPassword() throws IOException {
    sentinel("live_mode");
    write("/proc/cmdline", "root=live:CDLABEL=COS_LIVE install-mode\n");
    run("initramfs").orThrow();
    assertThat(read("/etc/systemd/system/kairos-installer.service"))
        .contains("ExecStart=/usr/bin/kairos-agent install\n");
    assertThat(calls())
        .contains(
            "systemctl disable getty@tty1\n",
            "systemctl mask getty@tty1\n",
            "systemctl enable kairos-installer\n");
    assertThat(read("/etc/systemd/system/getty@tty1.service.d/override.conf"))
        .contains("--autologin root");
    assertThat(read("/etc/shadow")).containsPattern("(?m)^kairos:\\$6\\$");
  }

  @Test
  void aMediumThatShallAskHasItsInteractiveInstallerAndNoOther() throws IOException {
    sentinel("live_mode");
    write("/proc/cmdline", "root=live:CDLABEL=COS_LIVE install-mode-interactive\n");
    run("initramfs").orThrow();
    assertThat(read("/etc/systemd/system/kairos-interactive.service"))
        .contains("ExecStart=/usr/bin/kairos-agent interactive-install --shell\n");
    assertThat(calls())
        .contains("systemctl mask getty@tty1\n", "systemctl enable kairos-interactive\n")
        .doesNotContain("kairos-installer");
    assertThat(exists("/etc/systemd/system/kairos-installer.service")).isFalse();
    assertThat(exists("/etc/systemd/system/getty@tty1.service.d/override.conf")).isFalse();
  }

  @Test
  void aBoardOfJetsonGetsLargerImages() throws IOException {
    write("/sys/firmware/devicetree/base/model", "NVIDIA Jetson AGX Orin\0");
    run("initramfs").orThrow();
    assertThat(read("/etc/kairos/config.yaml")).contains("size: 4500");
    assertThat(read("/etc/dracut.conf.d/90-kairos-jetson.conf")).contains("iscsi");
  }

  @Test
  void theMachineIdIsSavedAndOldStateRenamed() throws IOException {
    sentinel("active_mode");
    write("/usr/local/.c3os/x", "x");
    run("fs").orThrow();
    assertThat(read("/usr/local/etc/machine-id")).startsWith("0123456789abcdef");
    assertThat(read("/usr/local/.kairos/x")).isEqualTo("x");
    assertThat(mode("/usr/local/cloud-config")).isEqualTo("rwx------");

    write("/etc/machine-id", "");
    run("initramfs").orThrow();
    assertThat(read("/etc/machine-id")).startsWith("0123456789abcdef");
  }

  @Test
  void theBootSetsTheLimitsOfTheKernel() throws IOException {
    sentinel("active_mode");
    run("boot").orThrow();
    assertThat(read("/proc/sys/fs/inotify/max_user_watches").strip()).isEqualTo("524288");
    assertThat(read("/proc/sys/vm/max_map_count").strip()).isEqualTo("262144");
  }

  @Test
  void recoverySaysThatItIsRecovery() throws IOException {
    sentinel("recovery_mode");
    Files.createDirectories(files.path("/etc/issue.d"));
    run("boot").orThrow();
    assertThat(hostnames).containsExactly("cos-recovery");
    assertThat(read("/etc/issue.d/02-RECOVERY")).contains("recovery system");
  }

  @Test
  void remoteRecoveryHasTheFirstConsole() throws IOException {
    sentinel("recovery_mode");
    run("initramfs").orThrow();
    assertThat(exists("/etc/systemd/system/kairos-recovery.service")).isFalse();

    write("/proc/cmdline", "root=LABEL=COS_SYSTEM kairos.remote_recovery_mode\n");
    run("initramfs").orThrow();
    assertThat(read("/etc/systemd/system/kairos-recovery.service"))
        .contains("ExecStart=/usr/bin/kairos-agent recovery\n", "TTYPath=/dev/tty1\n")
        .contains("net.core.rmem_max=7500000\n");
    assertThat(calls())
        .contains(
            "systemctl disable getty@tty1\n",
            "systemctl mask getty@tty1\n",
            "systemctl enable kairos-recovery\n");
  }

  @Test
  void openrcRunsRemoteRecoveryAndGreetsInItsOneFile() throws IOException {
    sentinel("recovery_mode");
    startsWithOpenrc();
    write("/proc/cmdline", "root=LABEL=COS_SYSTEM kairos.remote_recovery_mode\n");
    run("initramfs").orThrow();
    write("/proc/mounts", "bpffs /sys/fs/bpf bpf rw 0 0\n"); // nothing is mounted in a test
    run("boot").orThrow();
    assertThat(read("/etc/inittab").lines()).contains("tty1::once:/usr/bin/kairos-agent recovery");
    assertThat(read("/etc/issue")).startsWith("greeting\n").contains("recovery system");
  }

  @Test
  void homesGetTheirOwnersBackOnce() throws IOException {
    Path home = Files.createDirectories(files.path("/home/someone"));
    Path file = Files.writeString(home.resolve("file"), "x");
    write("/etc/passwd", read("/etc/passwd") + "someone:x:4711:4711::/home/someone:/bin/sh\n");
    run("network").orThrow();
    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(4711);
    assertThat(exists("/usr/local/.kairos/skip-home-directory-ownership-fix")).isTrue();

    Files.setAttribute(file, "unix:uid", 0);
    run("network").orThrow();
    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(0);
  }

  @Test
  void openrcRunsTheStagesAndTheAgent() throws IOException {
    sentinel("active_mode");
    startsWithOpenrc();
    run("initramfs").orThrow();
    for (String service :
        List.of("cos-setup-boot", "cos-setup-network", "cos-setup-reconcile", "kairos-agent")) {
      Path link = files.path("/etc/runlevels/default/" + service);
      assertThat(Files.readSymbolicLink(link)).hasToString("/etc/init.d/" + service);
    }
    assertThat(read("/etc/inittab")).contains("ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100");
    assertThat(read("/etc/issue")).isEqualTo("greeting\n");
    assertThat(read("/etc/modprobe.d/kairos-bpfilter.conf")).contains("bpfilter /bin/false");
  }

  @Test
  void openrcServesTheWebInstallerOnMediaAlone() throws IOException {
    startsWithOpenrc();
    Path link = files.path("/etc/runlevels/default/kairos-webui");
    sentinel("active_mode");
    run("initramfs").orThrow();
    assertThat(link).doesNotExist();
    sentinel("live_mode");
    run("initramfs").orThrow();
    assertThat(Files.readSymbolicLink(link)).hasToString("/etc/init.d/kairos-webui");
  }

  @Test
  void openrcInstallsOnceFromAMedium() throws IOException {
    sentinel("live_mode");
    startsWithOpenrc();
    write("/proc/cmdline", "root=live:CDLABEL=COS_LIVE install-mode\n");
    run("initramfs").orThrow();
    assertThat(read("/etc/inittab").lines())
        .anyMatch(line -> line.startsWith("ttyS0::respawn:/"))
        .contains("tty1::once:/usr/bin/kairos-agent install");
  }

  private void startsWithOpenrc() throws IOException {
    for (String place : List.of("/usr/bin/systemctl", "/usr/sbin/systemctl")) {
      if (Files.exists(files.path(place), LinkOption.NOFOLLOW_LINKS)) {
        Files.delete(files.path(place));
      }
    }
    assumeTrue(!exists("/bin/systemctl"), "systemctl is in /bin of this machine");
    noting("/sbin/openrc");
    write("/etc/inittab", "tty1::respawn:/sbin/getty 38400 tty1\n");
    write("/etc/issue.d/01-KAIROS", "greeting\n");
  }
}
