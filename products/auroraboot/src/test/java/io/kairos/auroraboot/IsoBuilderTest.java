package io.kairos.auroraboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.auroraboot.TinyImage.PoorHost;
import io.kairos.base.Bytes;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Refused;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageSource;
import io.kairos.plan.Applier;
import io.kairos.plan.Faults;
import io.kairos.plan.Progress;
import io.kairos.plan.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IsoBuilderTest {
  private static final LinuxHost HOST = LinuxHost.here();
  private static final String NAME = "kairos-debian-13-core-amd64-generic-v0.1.0.iso";

  @TempDir Path folder;
  private TinyImage image;
  private Path output;

  @BeforeEach
  void aTinyImage() throws IOException {
    image = TinyImage.in(folder);
    output = folder.resolve("out");
  }

  @Test
  void theSameInputsGiveTheSameBytes() throws IOException {
    requireTools();
    BuiltIso first = build(TinyImage.request(image.layout(), output));
    BuiltIso second = build(TinyImage.request(image.layout(), folder.resolve("elsewhere")));

    assertThat(first.iso()).isEqualTo(output.resolve(NAME));
    assertThat(second.sha256()).isEqualTo(first.sha256());
    assertThat(Files.mismatch(first.iso(), second.iso())).isEqualTo(-1);
    assertThat(output.resolve(NAME + ".sha256")).hasContent(first.sha256() + " " + NAME);
    assertThat(names(output)).containsExactly(NAME, NAME + ".sha256");
  }

  @Test
  void theMediumHasTheFilesThatBootLoadersAndNodesLookFor() throws IOException {
    requireTools();
    Path overlay = Files.createDirectories(folder.resolve("overlay"));
    Files.writeString(overlay.resolve("bundle.tar"), "payload");
    Path config = Files.writeString(folder.resolve("config"), "#cloud-config\nhostname: n\n");
    var request =
        new IsoRequest(
            image.layout(),
            Optional.of(relative(config)),
            List.of(relative(overlay)),
            Optional.empty(),
            Optional.of("mine"),
            output,
            LiveMenu.DEFAULT,
            Optional.of(TinyImage.CREATED));

    Path iso = build(request).iso();

    assertThat(iso).hasFileName("mine.iso");
    assertThat(listing(iso))
        .contains(
            "-rw------- /config.yaml",
            "-rw-r--r-- /EFI/BOOT/bootx64.efi",
            "-rw-r--r-- /EFI/BOOT/grub.cfg",
            "-rw-r--r-- /EFI/BOOT/grubx64.efi",
            "-rw-r--r-- /boot/boot_hybrid.img",
            "-rw-r--r-- /boot/eltorito.img",
            "-rw-r--r-- /boot/grub/grub.cfg",
            "-rw-r--r-- /boot/grub2/grub.cfg",
            "-rw-r--r-- /boot/initrd",
            "-rw-r--r-- /boot/kernel",
            "-rw-r--r-- /boot/uefi.img",
            "-rw-r--r-- /bundle.tar",
            "-rw-r--r-- /rootfs.squashfs")
        .hasSize(13);
    assertThat(extracted(iso, "/boot/kernel")).hasContent("kernel");
    assertThat(extracted(iso, "/EFI/BOOT/grubx64.efi")).hasContent("grub for CDs");
    assertThat(extracted(iso, "/config.yaml")).hasSameTextualContentAs(config);
  }

  @Test
  void theRootKeepsItsFilesButNotThoseOfARunningSystem() throws IOException {
    requireTools();
    Path squashfs =
        extracted(build(TinyImage.request(image.layout(), output)).iso(), "/rootfs.squashfs");
    assertThat(HOST.run(Command.of("unsquashfs", "-l", squashfs.toString())).stdout().lines())
        .contains(
            "squashfs-root/boot/vmlinuz",
            "squashfs-root/oem",
            "squashfs-root/proc",
            "squashfs-root/run",
            "squashfs-root/usr/local")
        .doesNotContain("squashfs-root/run/lock");
  }

  @Test
  void aDirectoryIsAnImageToo() throws IOException {
    requireTools();
    BuiltIso iso = build(TinyImage.request(new ImageSource.Directory(image.root()), output));
    assertThat(listing(iso.iso())).contains("-rw-r--r-- /boot/kernel");
    assertThat(names(output)).containsExactly(NAME, NAME + ".sha256");
  }

  @Test
  void theBillOfMaterialsComesAlong() throws IOException {
    requireTools();
    ImageSource.OciFile layout = image.layout();
    Files.writeString(layout.path().resolve("sbom.spdx.json"), "{}");
    assertThat(build(TinyImage.request(layout, output)).sbom())
        .hasValueSatisfying(sbom -> assertThat(sbom).hasContent("{}"));
  }

  @Test
  void aFailureAtAnyStepLeavesNothingBehind() {
    requireTools();
    var request = TinyImage.request(image.layout(), output);
    int steps = builder(HOST).plan(request).entries().size();
    for (int broken = 0; broken < steps; broken++) {
      var applier = new Applier(HOST.clock(), Progress.SILENT, failingAfter(broken), false);
      if (broken == steps - 1) {
        break; // published
      }
      assertThatThrownBy(() -> builder(HOST).build(request, applier)).hasMessage("broken");
      assertThat(names(output)).as("after step %d", broken).isEmpty();
    }
  }

  @Test
  void anImageWithoutKernelIsRefused() throws IOException {
    image.without("/boot/vmlinuz").without("/boot/vmlinuz-6.12.1");
    assertRefused(HOST, "the image has no kernel in /boot");
  }

  @Test
  void anImageWithoutShimIsRefused() throws IOException {
    image.without("/usr/lib/shim/shimx64.efi.signed");
    assertRefused(HOST, "the image has no shim for UEFI\n  try: convert it with a signed shim");
  }

  @Test
  void anImageOfAnotherArchitectureIsRefused() throws IOException {
    image.with("/etc/kairos-release", "KAIROS_FLAVOR=debian\nKAIROS_ARCH=arm64\n");
    assertRefused(HOST, "the image is for arm64");
  }

  @Test
  void aPlainDistributionIsRefused() throws IOException {
    image.without("/etc/kairos-release");
    assertRefused(HOST, "the image does not say what it is: /etc/kairos-release");
  }

  @Test
  void aMissingToolIsNamedWithItsPackage() {
    assertRefused(
        new PoorHost(HOST, Set.of("mksquashfs", "mcopy", "mmd"), Optional.empty()),
        "this machine lacks mcopy, mksquashfs, mmd\n  try: apt-get install mtools squashfs-tools");
  }

  @Test
  void noSpaceIsNoticedBeforeAnythingIsWritten() {
    requireTools();
    assertRefused(
        new PoorHost(HOST, Set.of(), Optional.of(Bytes.ofMib(3))),
        "has 3.0 MiB left, the ISO may need 64");
  }

  @Test
  void aDamagedLayoutIsRefused() throws IOException {
    ImageSource.OciFile layout = image.layout();
    Path largest;
    try (Stream<Path> blobs = Files.list(layout.path().resolve("blobs/sha256"))) {
      largest =
          blobs.max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length())).orElseThrow();
    }
    byte[] content = Files.readAllBytes(largest);
    content[700]++;
    Files.write(largest, content);
    assertThatThrownBy(() -> build(TinyImage.request(layout, output))).isInstanceOf(Refused.class);
    assertThat(output).doesNotExist();
  }

  @Test
  void aWrongCloudConfigIsRefusedWithItsPlace() throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("user-data"), "#cloud-config\ninstall:\n  devise: /dev/sda\n");
    assertThatThrownBy(() -> build(withConfig(config)))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining(config + ":3:3")
        .hasMessageContaining("did you mean");
    assertThat(output).doesNotExist();
  }

  @Test
  void aCloudConfigThatSaysNothingIsOne() throws IOException {
    requireTools();
    Path config = Files.writeString(folder.resolve("user-data"), "#cloud-config\n# nothing yet\n");
    assertThat(build(withConfig(config)).iso()).exists();
  }

  @Test
  void aListIsNoCloudConfig() throws IOException {
    Path config = Files.writeString(folder.resolve("user-data"), "#cloud-config\n- hostname\n");
    assertThatThrownBy(() -> build(withConfig(config)))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining(config + ":2:1")
        .hasMessageContaining("a cloud-config is a map");
  }

  @Test
  void aCloudConfigThatTheNodeWouldPassOverIsRefused() throws IOException {
    Path config = Files.writeString(folder.resolve("user-data"), "hostname: node\n");
    assertThatThrownBy(() -> build(withConfig(config)))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("has no header");
  }

  private static Path relative(Path path) {
    return Path.of("").toAbsolutePath().relativize(path);
  }

  private IsoRequest withConfig(Path config) {
    var plain = TinyImage.request(image.layout(), output);
    return new IsoRequest(
        plain.image(),
        Optional.of(config),
        plain.overlays(),
        plain.rootOverlay(),
        plain.name(),
        plain.output(),
        plain.menu(),
        plain.latest());
  }

  private void assertRefused(Host host, String message) {
    var request = TinyImage.request(image.layout(), output);
    assertThatThrownBy(
            () -> builder(host).build(request, new Applier(host.clock(), Progress.SILENT)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(message);
    assertThat(names(output)).isEmpty();
  }

  private static IsoBuilder builder(Host host) {
    return new IsoBuilder(host, HOST::at);
  }

  private static BuiltIso build(IsoRequest request) {
    return builder(HOST).build(request, new Applier(HOST.clock(), Progress.SILENT));
  }

  private static Faults failingAfter(int step) {
    return new Faults() {
      @Override
      public void after(int index, Step done) {
        if (index == step) {
          throw new IllegalStateException("broken");
        }
      }
    };
  }

  private static void requireTools() {
    for (String tool : List.of("xorriso", "mksquashfs", "mcopy", "mkfs.vfat", "grub-mkimage")) {
      assumeTrue(HOST.hasProgram(tool), "needs " + tool);
    }
    assumeTrue(Files.exists(IsoPlanner.HOST_GRUB.resolve("cdboot.img")), "needs grub-pc-bin");
  }

  private static List<String> names(Path folder) {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Mode and path of each file. */
  private static List<String> listing(Path iso) {
    return HOST.run(
            Command.of("xorriso", "-indev", iso.toString())
                .with("-find", "/", "-type", "f", "-exec", "lsdl", "--"))
        .stdout()
        .lines()
        .map(line -> line.split(" +")[0] + " " + line.replaceFirst(".*'(.*)'$", "$1"))
        .toList();
  }

  private Path extracted(Path iso, String path) {
    Path target = folder.resolve("extracted" + path.replace('/', '-'));
    HOST.run(
        Command.of("xorriso", "-osirrox", "on", "-indev", iso.toString())
            .with("-extract", path, target.toString()));
    return target;
  }
}
