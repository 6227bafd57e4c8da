package io.kairos.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.plan.StepProgress;
import io.kairos.testkit.host.ScratchHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootPerformerTest {
  @TempDir Path root;
  private ScratchHost host;

  @BeforeEach
  void anImageAndTheGrubThatItInstalled() {
    host =
        new ScratchHost(root)
            .answering("unshare", "")
            .with("/image/usr/lib/grub/i386-pc/modinfo.sh", "")
            .with("/image/usr/lib/grub/i386-pc/normal.mod", "normal")
            .with("/image/usr/lib/grub/i386-pc/moddep.lst", "normal:")
            .with("/image/usr/lib/grub/i386-pc/fdt.lst", "")
            .withProgram("/image/usr/sbin/grub-install")
            .with("/state/grub2/i386-pc/normal.mod", "normal")
            .with("/state/grub2/i386-pc/moddep.lst", "normal:")
            .with("/state/grub2/i386-pc/core.img", "core");
  }

  private void install() {
    new BootPerformer(host, image -> new ScratchHost(image))
        .perform(
            new BootStep.InstallBiosGrub(
                Path.of("/dev/vda"),
                host.path("/image"),
                host.path("/state"),
                Path.of("/dev/vda4")),
            StepProgress.IGNORED);
  }

  /** A power cut while grub-install runs leaves a disk without a boot menu. */
  @Test
  void grubIsNotInstalledOverItself() {
    install();
    assertThat(host.commands("unshare")).isEmpty();
  }

  @Test
  void anotherGrubIsInstalled() throws IOException {
    Files.writeString(host.path("/state/grub2/i386-pc/normal.mod"), "normal of before");
    install();
    assertThat(host.commands("unshare")).singleElement().asString().contains("grub-install");
  }

  @Test
  void aGrubThatWasNotInstalledToTheEndIsInstalledAgain() throws IOException {
    Files.delete(host.path("/state/grub2/i386-pc/core.img"));
    install();
    assertThat(host.commands("unshare")).hasSize(1);
  }
}
