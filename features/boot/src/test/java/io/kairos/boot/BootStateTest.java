package io.kairos.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.testkit.host.ScratchHost;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BootStateTest {
  /** agent.md, 6.1: the order of the rules decides where several words stand in a line. */
  @ParameterizedTest
  @CsvSource({
    "root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img, active_boot",
    "root=LABEL=COS_PASSIVE cos-img/filename=/cOS/passive.img, passive_boot",
    "root=LABEL=COS_SYSTEM cos-img/filename=/cOS/recovery.img, recovery_boot",
    "root=live:LABEL=COS_RECOVERY rd.live.squashimg=cOS/recovery.squashfs, recovery_boot",
    "root=LABEL=COS_SYSTEM kairos.reset, autoreset_boot",
    "cdroot root=live:CDLABEL=COS_LIVE, livecd_boot",
    "netboot nodepair.enable, livecd_boot",
    "kairos.ram root=live:CDLABEL=COS_LIVE, active_boot",
    "kairos.ram.size=2G root=live:CDLABEL=COS_LIVE, active_boot",
    "kairos.ramble root=live:CDLABEL=COS_LIVE, livecd_boot",
    "root=/dev/sda1, unknown"
  })
  void theCommandLineTellsHowAMachineWasBooted(String cmdline, String word) {
    assertThat(BootState.of(cmdline, Optional.empty(), Optional.empty()).word()).isEqualTo(word);
  }

  @ParameterizedTest
  @CsvSource({
    "active.conf, active_boot",
    "passive+2-1.conf, passive_boot",
    "recovery.conf, recovery_boot",
    "statereset.conf, autoreset_boot",
    "active, unknown",
    "other.conf, unknown"
  })
  void aUnifiedImageIsToldByTheEntryThatTheLoaderChose(
      String entry, String word, @TempDir Path root) throws Exception {
    String vendor = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
    var host =
        new ScratchHost(root)
            .with("/proc/cmdline", "rd.immucore.uki COS_PASSIVE\n")
            .withDirectory("/sys/firmware/efi/efivars");
    for (String[] variable :
        new String[][] {{"LoaderDevicePartUUID", "1234"}, {"LoaderEntrySelected", entry}}) {
      byte[] text = ("\u0006\0" + variable[1] + "\0").getBytes(StandardCharsets.UTF_16LE);
      Files.write(host.path("/sys/firmware/efi/efivars/" + variable[0] + "-" + vendor), text);
    }

    assertThat(BootState.observe(host).word()).isEqualTo(word);
  }

  @Test
  void aUnifiedImageFromRemovableMediaIsALiveSystem() {
    assertThat(BootState.of("rd.immucore.uki", Optional.empty(), Optional.of("active.conf")))
        .isEqualTo(BootState.LIVE);
  }
}
