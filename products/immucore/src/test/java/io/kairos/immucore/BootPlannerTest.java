package io.kairos.immucore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Bytes;
import io.kairos.base.Refused;
import io.kairos.formats.cmdline.KernelCommandLine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BootPlannerTest {
  private static final String ACTIVE =
      "console=ttyS0 rd.cos.oemlabel=COS_OEM rd.cos.oemtimeout=10 panic=5"
          + " root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img selinux=0";

  private static final String LIVE = "root=live:CDLABEL=COS_LIVE rd.live.dir=/ rd.cos.disable";
  private static final Bytes OEM = Bytes.ofMib(64);

  @Test
  void anActiveBootKeepsUpstreamsStepsAndTheirOrder() throws IOException {
    assertGolden("active.graph", Immucore.graph(ACTIVE).render());
  }

  @Test
  void aLiveBootLeavesTheMountsToDracut() throws IOException {
    assertGolden(
        "live.graph",
        Immucore.graph("root=live:CDLABEL=COS_LIVE rd.live.dir=/ rd.cos.disable install-mode")
            .render());
  }

  /** Boot 3.5.2. */
  @Test
  void aSystemInMemoryHasThePartitionsOfItsStateBeforeItsLayers() throws IOException {
    assertGolden(
        "in-ram.graph", Immucore.graph(LIVE + " kairos.ram kairos.ram.create_partitions").render());
  }

  /** Boot 9.1, 11; agent 121. */
  @Test
  void anyTokenOfTheFamilyIsEnoughAndAWordThatContainsOneIsNot() {
    for (String token :
        List.of("kairos.ram", "kairos.ram=yes", "kairos.ram.wipe", "kairos.ram.oem=1")) {
      assertThat(Immucore.graph(LIVE + " " + token).render())
          .as(token)
          .contains("tell the boot state active_boot, in memory");
    }
    assertThat(Immucore.graph(LIVE + " x.kairos.ram kairos.rams").render()).contains("livecd_boot");
  }

  /** Boot 9.1, 37 to 39. */
  @Test
  void whatMayBeMadeAndWhereIsRead() {
    assertThat(inRam("")).isEqualTo(new InRam(false, Optional.empty(), false, OEM, Bytes.ZERO));
    assertThat(inRam("kairos.ram.create_partitions").creates()).isTrue();
    assertThat(inRam("kairos.ram.create_partitions=").disk()).isEmpty();
    assertThat(inRam("kairos.ram.create_partitions=/dev/vda").disk()).contains("/dev/vda");
    assertThat(inRam("kairos.ram.wipe kairos.ram.oem=100 kairos.ram.persistent=0"))
        .isEqualTo(new InRam(false, Optional.empty(), true, Bytes.ofMib(100), Bytes.ZERO));
  }

  private static InRam inRam(String more) {
    return InRam.read(KernelCommandLine.parse(LIVE + " kairos.ram " + more)).orElseThrow();
  }

  @Test
  void aSizeWithAUnitIsRefusedWithARemedy() {
    for (String size : List.of("64M", "", "-1")) {
      assertThatThrownBy(() -> inRam("kairos.ram.oem=" + size))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("kairos.ram.oem=" + size + " is no size")
          .hasMessageContaining("without a unit");
    }
  }

  @Test
  void aMenuEntryWithoutAnImageIsRefusedWithARemedy() {
    assertThatThrownBy(() -> Immucore.graph("root=LABEL=COS_ACTIVE"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("cos-img/filename=/cOS/active.img")
        .hasMessageContaining("try: boot an entry");
  }

  @Test
  void theImagesOfRecoveryAreOnItsOwnPartition() {
    assertThat(Immucore.graph("root=LABEL=COS_SYSTEM cos-img/filename=/cOS/recovery.img").render())
        .contains("mount COS_RECOVERY read-only");
  }

  @Test
  void debugrwMakesTheImageWritable() {
    assertThat(Immucore.graph(ACTIVE + " rd.immucore.debugrw").render())
        .contains("mount COS_STATE read-write")
        .contains("mount the image as root read-write");
  }

  /** {@code -Dgolden.update} rewrites the file; its difference is reviewed like code. */
  private static void assertGolden(String name, String actual) throws IOException {
    if (System.getProperty("golden.update") != null) {
      Files.writeString(Path.of("src/test/resources/io/kairos/immucore", name), actual);
    }
    try (InputStream in = BootPlannerTest.class.getResourceAsStream(name)) {
      assertThat(in).as("golden file " + name + " is missing").isNotNull();
      assertThat(actual).isEqualTo(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
