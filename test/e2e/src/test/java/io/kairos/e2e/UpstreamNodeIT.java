package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.testkit.qemu.Firmware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A disk as the Go agent laid it out boots, is upgraded by our agent, and boots again. */
@Tag("long")
class UpstreamNodeIT extends NodeJourney {
  private static final String STATE = "/run/initramfs/cos-state";

  UpstreamNodeIT() {
    super(Firmware.BIOS);
  }

  /** Shared with the tests of the agent. */
  private static String menu() throws IOException {
    Path file = Path.of("products/agent/src/test/resources/io/kairos/agent/upstream/grub.cfg");
    return Files.readString(WorkshopHome.ofProcess().root().resolve(file));
  }

  @Order(1)
  @Test
  void itsOwnMenuBootsOurSystem() throws IOException {
    put("/usr/local/upstream.cfg", menu());
    putScript("become-upstream.sh");
    answer("sudo /usr/local/become-upstream.sh /usr/local/upstream.cfg");
    answer("echo old | sudo tee /usr/local/kept && cat /etc/machine-id | sudo tee /usr/local/id");

    reboot();

    assertThat(bootState()).isEqualTo("active_boot");
    assertThat(answer("sudo cat " + STATE + "/grub/grub.cfg")).isEqualTo(menu().strip());
    assertThat(answer("cat /etc/machine-id")).isEqualTo(answer("cat /usr/local/id"));
    shell()
        .check(java.util.List.of(SYSTEMD_IS_CONTENT))
        .forEach(check -> assertThat(check.holds()).as(check.answer()).isTrue());
  }

  @Order(2)
  @Test
  void anUpgradeMakesItOneOfOursAndKeepsWhatItHas() {
    assertThat(answer("sudo kairos-agent upgrade --source file:" + STATE + "/cOS/active.img"))
        .contains("Upgraded the active system");

    reboot();

    awaitVerdict();
    assertThat(bootState()).isEqualTo("active_boot");
    assertThat(answer("sudo grep -c menuentry " + STATE + "/grub/grub.cfg")).isNotEqualTo("1");
    assertThat(answer("sudo ls " + STATE + "/cOS"))
        .isEqualTo("active.img\npassive.img\nsystems.json");
    assertThat(answer("sudo kairos-agent state get slots.active.good")).startsWith("20");
    assertThat(answer("sudo cat /usr/local/.kairos-state")).contains("first-install: never");
    assertThat(answer("cat /usr/local/kept")).isEqualTo("old");
    assertThat(answer("cat /etc/machine-id")).isEqualTo(answer("cat /usr/local/id"));
  }
}
