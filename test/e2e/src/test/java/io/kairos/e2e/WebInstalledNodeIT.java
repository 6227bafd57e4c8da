package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.dist.workshop.NodeCheck;
import io.kairos.dist.workshop.NodeKey;
import io.kairos.dist.workshop.NodeMachine;
import io.kairos.dist.workshop.NodeShell;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.testkit.browser.Chromium;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.qemu.QemuMachine;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Somebody boots an installation medium that has no configuration, reads the address and the token
 * on its console, and installs from a browser with a cloud-config of their own.
 */
@Tag("long")
@Tag("browser")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebInstalledNodeIT {
  /** As the console shows it. */
  private static final Pattern TOKEN =
      Pattern.compile("token: ([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})");

  /** A medium that knows nobody and installs nothing by itself. */
  private static final String UNCONFIGURED = "#cloud-config\nhostname: installer\n";

  private static final Duration BOOT = Duration.ofMinutes(12);
  private static final Duration INSTALLATION = Duration.ofMinutes(25);

  private NodeMachine node;
  private NodeKey key;
  private QemuMachine machine;

  @BeforeAll
  void somebodyInstallsFromABrowser() throws Exception {
    Optional<Path> program = Chromium.program();
    assumeTrue(program.isPresent(), "no chromium: the web installer of a medium is not tried");
    Host host = LinuxHost.here();
    key = DemoArtifacts.key();
    Path iso = DemoArtifacts.iso("unconfigured", UNCONFIGURED);
    node =
        InstalledDisk.empty(
            host, iso, Firmware.BIOS, DemoArtifacts.target().resolve(getClass().getSimpleName()));
    try (QemuMachine installer = node.bootMedium(iso)) {
      installer.awaitSerial(TOKEN, BOOT);
      install(installer, program.get());
      installer.pressPowerButton();
      installer.awaitEnd(BOOT);
    }
    machine = node.boot(key.access());
  }

  private void install(QemuMachine installer, Path program) throws Exception {
    Path pictures = Files.createDirectories(node.directory().resolve("pictures"));
    Path profile = node.directory().resolve("browser");
    FileTree.delete(profile); // of a run before
    try (Chromium browser = Chromium.start(program, Files.createDirectories(profile))) {
      browser.resize(1100, 900, false);
      browser.open(
          URI.create(
              "http://127.0.0.1:%d/?token=%s".formatted(installer.webPort(), token(installer))));
      browser.await("document.querySelectorAll('#disks .card').length > 0", BOOT);
      browser.click("#disks input[value='/dev/vda']");
      browser.type("#cloud-config", DemoArtifacts.cloudConfig("from-the-web.yaml"));
      browser.await("document.getElementById('verdict').className === 'verdict good'", BOOT);
      browser.screenshot(pictures.resolve("settings.png"));
      browser.click("#agree");
      browser.click("#start");
      browser.await("location.pathname === '/progress.html'", BOOT);
      browser.await("document.title === 'Kairos is installed'", INSTALLATION);
      browser.screenshot(pictures.resolve("done.png"));
      assertThat(browser.evaluate("document.getElementById('bar').value")).isEqualTo(100L);
      assertThat(browser.text()).contains("[COMPLETE] Installation finished");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static String token(QemuMachine installer) {
    Matcher matcher = TOKEN.matcher(installer.serial().line(TOKEN).orElseThrow());
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  @AfterAll
  void switchOff() {
    if (machine != null) {
      machine.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> theNodeIsWhatTheBrowserSaid() {
    return NodeJourney.tests(
        new NodeShell(machine, key.access())
            .check(
                List.of(
                    NodeCheck.prints("active", "kairos-agent state get boot", "active_boot"),
                    NodeCheck.prints("hostname", "hostname", "from-the-web"),
                    NodeCheck.succeeds(
                        "arguments of the kernel", "grep -q kairos.from=the-web /proc/cmdline"),
                    NodeCheck.prints(
                        "more partitions",
                        "lsblk -nro PARTLABEL,FSTYPE,SIZE /dev/disk/by-label/MY_DATA",
                        "data ext4 256M"),
                    NodeCheck.prints(
                        "sizes of partitions",
                        "lsblk -nro SIZE /dev/disk/by-label/COS_OEM",
                        "128M"),
                    NodeCheck.prints(
                        "kept directories", "findmnt -no LABEL /var/lib/mine", "COS_PERSISTENT"),
                    NodeCheck.prints(
                        "forgotten directories", "findmnt -no FSTYPE /srv/passing", "overlay"),
                    NodeCheck.succeeds(
                        "ssh takes keys only",
                        "sudo sshd -T | grep -q '^passwordauthentication no'"),
                    NodeCheck.succeeds(
                        "the cloud-config is on the node",
                        "sudo grep -q from-the-web /oem/90_custom.yaml"),
                    NodeCheck.prints(
                        "the web installer is gone",
                        "systemctl is-active kairos-webui || true",
                        "inactive"))));
  }
}
