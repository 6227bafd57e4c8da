package io.kairos.immucore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BootPlannerTest {
  private static final String ACTIVE =
      "console=ttyS0 rd.cos.oemlabel=COS_OEM rd.cos.oemtimeout=10 panic=5"
          + " root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img selinux=0";

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
