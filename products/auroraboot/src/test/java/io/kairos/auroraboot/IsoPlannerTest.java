package io.kairos.auroraboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.Bytes;
import io.kairos.images.ImageSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IsoPlannerTest {
  private static final ImageFacts DEBIAN =
      new ImageFacts(
          "debian-13-core-amd64-generic-v0.1.0",
          "debian",
          "amd64",
          new BootFiles(
              "/boot/vmlinuz-6.12.1",
              "/boot/initrd",
              "/usr/lib/shim/shimx64.efi.signed",
              "/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed",
              "grubx64.efi",
              Optional.of("/usr/lib/grub/i386-pc")),
          Bytes.ofMib(700),
          List.of("/run/lock"),
          List.of("/oem"),
          Optional.empty());

  private static final IsoRequest REQUEST =
      new IsoRequest(
          new ImageSource.OciFile(Path.of("/image")),
          Optional.of(Path.of("/config.yaml")),
          List.of(Path.of("/overlay")),
          Optional.empty(),
          Optional.empty(),
          Path.of("/out"),
          LiveMenu.DEFAULT,
          Optional.empty());

  @Test
  void thePlanIsShownBeforeAnythingIsDone() throws IOException {
    assertThat(IsoPlanner.plan(REQUEST, DEBIAN, TinyImage.CREATED).render())
        .isEqualTo(golden("iso.plan"));
  }

  @Test
  void theMenuStartsAnInstallerByItself() throws IOException {
    assertThat(LiveMenu.DEFAULT.render("amd64")).isEqualTo(golden("grub.cfg"));
  }

  @Test
  void consolesAndParametersCanBeChosenButNotBreakLines() {
    String menu = new LiveMenu(" console=ttyS1\r\n", "\nfoo=1 ").render("arm64");
    assertThat(menu)
        .contains("net.ifnames=1 console=ttyS1 rd.cos.disable vga=795 install-mode")
        .contains("rd.live.overlay.overlayfs foo=1\n")
        .contains("net.ifnames=1 console=tty0 rd.debug")
        .doesNotContain("nomodeset")
        .doesNotContain("{{");
  }

  @ParameterizedTest
  @CsvSource({
    "/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed, grubx64.efi",
    "/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed, grubx64.efi",
    "/x/grubx64.efi.dualsigned, grubx64.efi",
    "/x/grubx64.efi.signed.latest, grubx64.efi",
    "/x/gcdx64.efi, grubx64.efi",
    "/usr/share/efi/x86_64/grub.efi, grub.efi"
  })
  void shimFindsGrubUnderItsFixedName(String path, String name) {
    assertThat(BootFiles.installedName(path)).isEqualTo(name);
  }

  private static String golden(String name) throws IOException {
    try (var in = IsoPlannerTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
