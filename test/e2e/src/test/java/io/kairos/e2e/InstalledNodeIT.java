package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.registry.DebianRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@Tag("core")
class InstalledNodeIT extends InstalledNodeJourney {
  private HttpServer server;

  InstalledNodeIT() {
    super(Firmware.BIOS);
  }

  @Override
  List<Path> media(Path folder) {
    return List.of(
        SeedIso.write(HOST, folder, "cidata", "user-data", EveryKey.onCd("cidata")),
        SeedIso.write(
            HOST, folder, "config-2", "openstack/latest/user_data", EveryKey.onCd("config-2")));
  }

  @Override
  void beforeTheFirstReboot() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    serve("/payload", EveryKey.PAYLOAD.getBytes(StandardCharsets.UTF_8));
    server.start();
    String address = "http://10.0.2.2:" + server.getAddress().getPort();
    put("/oem/95_every_key.yaml", EveryKey.cloudConfig(address));
    put("/oem/every-userdata", EveryKey.USER_DATA);
    if (HOST.hasProgram(ExtensionImage.PROGRAM)) {
      Path extension = ExtensionImage.write(HOST, folder().resolve("extension")).file();
      serve("/" + ExtensionImage.NAME, Files.readAllBytes(extension));
      assertThat(answer("sudo kairos-agent sysext install " + address + "/" + ExtensionImage.NAME))
          .contains("Installed " + ExtensionImage.NAME);
      answer("sudo kairos-agent sysext enable --common " + ExtensionImage.NAME + " && sync");
    }
  }

  private void serve(String path, byte[] body) {
    server.createContext(
        path,
        exchange -> {
          boolean head = exchange.getRequestMethod().equals("HEAD");
          exchange.sendResponseHeaders(200, head ? -1 : body.length);
          if (!head) {
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
  }

  @AfterAll
  void stopServing() {
    if (server != null) {
      server.stop(0);
    }
  }

  @Override
  String hostname(String machineId) {
    return "every-" + machineId.substring(0, 4);
  }

  @Order(5)
  @TestFactory
  Stream<DynamicTest> everyKeyOfAStepDoesWhatItSays() {
    return tests(shell().check(EveryKey.checks()));
  }

  @Order(5)
  @Test
  void anEnabledExtensionLiesOverTheSystem() {
    assumeTrue(
        HOST.hasProgram(ExtensionImage.PROGRAM), "no systemd-repart: extensions are not tried");
    assertThat(answer("cat " + ExtensionImage.MARK))
        .as(answer("sudo journalctl --boot --no-pager -u systemd-sysext"))
        .isEqualTo("hello");
    assertThat(answer("kairos-agent sysext list")).contains(ExtensionImage.NAME, "common");
    assertThat(failure("sudo touch /usr/bin/x")).contains("Read-only file system");
  }

  @Order(7)
  @Test
  void anUpgradeThatDoesNotComeUpIsTriedOnceAndFallsBack() {
    answer("sudo rm /oem/95_every_key.yaml"); // its boots take a minute longer
    put(
        "/oem/96_break.yaml",
        """
        stages:
          after-upgrade-chroot:
            - commands:
                - head -c 1000000 /dev/zero > "$(readlink -f /boot/initrd)"
        """);
    answer(
        "sudo kairos-agent upgrade --source"
            + " file:/run/initramfs/cos-state/cOS/active.img && sudo rm /oem/96_break.yaml");

    reboot(); // twice: the kernel finds no root, GRUB finds the mark

    awaitVerdict();
    assertThat(bootState()).isEqualTo("passive_boot");
    assertThat(answer("cat /proc/cmdline")).contains("upgrade_failure");
    assertThat(answer("sudo cat /run/cos/upgrade_failure")).isEqualTo("1");
    assertThat(answer("cat /etc/issue.d/03-UPGRADE"))
        .contains("The last upgrade failed", "it did not get as far as its health checks");
    assertThat(answer("findmnt -no LABEL /")).isEqualTo("COS_PASSIVE");
    assertThat(answer("ls /run/cos/passive_mode")).isEqualTo("/run/cos/passive_mode");
    assertThat(answer("cat /usr/local/kept")).isEqualTo("kept");
  }

  @Order(8)
  @Test
  void fromPassiveAnUpgradeOverARegistryFetchesWhatIsNewAndBoots() throws IOException {
    try (var registry =
        DebianRegistry.start(Files.createDirectories(folder().resolve("registry")))) {
      RegistryImage.nextOf(image(), folder().resolve("next"))
          .push(registry.host() + "/kairos:next");
      String source = "oci:" + registry.hostForGuests() + "/kairos:next";

      RegistryImage.bundle(folder().resolve("bundle")).push(registry.host() + "/bundle:1");
      String bundle = registry.hostForGuests() + "/bundle:1";
      answer("sudo kairos-agent install-bundle --allow-insecure-registries run://" + bundle);
      assertThat(answer("cat " + RegistryImage.BUNDLE_MARK)).isEqualTo(bundle);

      String told =
          answer("sudo kairos-agent upgrade --allow-insecure-registries --source " + source);

      assertThat(told).contains("fetched", "rename", "Upgraded the active system");
      assertThat(fetched(told)).as(told).isLessThan(40.0);
    }
    assertThat(answer("sudo grub2-editenv /run/initramfs/cos-state/boot_assessment list"))
        .contains("enable_boot_assessment=yes");

    reboot();

    assertThat(bootState()).isEqualTo("active_boot");
    assertThat(answer("cat " + RegistryImage.MARK)).isEqualTo("next");
    assertThat(answer("findmnt -no LABEL /")).isEqualTo("COS_ACTIVE");
    assertThat(answer("cat /usr/local/kept")).isEqualTo("kept");
    assertThat(answer("sudo cat /usr/local/.kairos-state"))
        .contains("last-active-source: oci://10.0.2.2:");
    assertThat(answer("sudo ls /run/initramfs/cos-state/cOS"))
        .isEqualTo("active.img\npassive.img\nsystems.json");
    awaitVerdict();
    assertThat(answer("sudo grub2-editenv /run/initramfs/cos-state/boot_assessment list"))
        .as("the new system came up")
        .doesNotContain("enable_boot_assessment=yes");
    assertThat(answer("sudo kairos-agent state get slots.active.source"))
        .startsWith("oci://10.0.2.2:");
    assertThat(answer("sudo kairos-agent state get slots.active.good")).startsWith("20");
  }

  /** What the agent says it fetched, in MiB. */
  private static double fetched(String told) {
    Matcher matcher = Pattern.compile("([0-9.]+) ([KMG])iB fetched").matcher(told);
    assertThat(matcher.find()).as(told).isTrue();
    double amount = Double.parseDouble(matcher.group(1));
    return switch (matcher.group(2)) {
      case "K" -> amount / 1024;
      case "G" -> amount * 1024;
      default -> amount;
    };
  }
}
