package io.kairos.agent.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.Stages;
import io.kairos.agent.node.FakeSystem;
import io.kairos.agent.node.Lab;
import io.kairos.agent.node.PlanFormat;
import io.kairos.base.Bytes;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Refused;
import io.kairos.config.Config;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(
    value = "io.kairos.agent.node.Lab#isPossible",
    disabledReason = "needs root and loop devices")
class InstallCommandTest {
  private static Stages noStages(Config config) {
    return (_, _, _) -> {};
  }

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final ByteArrayOutputStream warned = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
  private final PrintStream err = new PrintStream(warned, true, StandardCharsets.UTF_8);

  @Test
  void aCloudConfigBecomesAnInstalledEfiDiskAndIsKeptOnIt(@TempDir Path root) throws Exception {
    List<String> esp = new ArrayList<>();
    try (Lab lab = Lab.withDisk(root, Bytes.ofMib(4096))) {
      FakeSystem.in(lab.path("/system"));
      Path config =
          Files.writeString(
              lab.path("/config.yaml"),
              """
              #cloud-config
              install:
                device: %s
                source: dir:%s
                firmware: efi
                grub-entry-name: My node
                tty: ttyS1
              users:
                - name: kairos
                  groups: [admin]
              """
                  .formatted(lab.disk(), lab.path("/system")));
      Function<Config, Stages> stages =
          _ ->
              (stage, _, sources) -> {
                if (stage.equals("after-install")) {
                  esp.addAll(files(lab.path("/run/cos/efi")));
                  assertThat(sources).allMatch(Files::exists);
                }
              };

      new InstallCommand(lab, lab::at, stages, out, err).run(manual(config, Optional.empty()));

      assertThat(esp)
          .contains(
              "EFI/boot/bootx64.efi",
              "EFI/boot/grub.cfg",
              "EFI/boot/grubx64.efi",
              "EFI/boot/shimx64.efi",
              "EFI/debian/grub.cfg");
      Path oem = lab.look(2);
      assertThat(oem.resolve("90_custom.yaml")).content().contains("grub-entry-name: My node");
      assertThat(oem.resolve("grubenv")).content().contains("extra_cmdline=console=ttyS1\n");
      Path state = lab.look(4);
      assertThat(state.resolve("grub_oem_env")).content().contains("default_menu_entry=My node\n");
      assertThat(state.resolve("grub2/grub.cfg")).content().contains("console=tty1 console=ttyS1");
      assertThat(files(state.resolve("grub2/x86_64-efi")))
          .contains("loopback.mod", "regexp.mod", "fonts/unicode.pf2");
      assertThat(lab.path("/tmp")).isEmptyDirectory();
      assertThat(shown.toString(StandardCharsets.UTF_8)).contains("install: done in");
    }
  }

  @Test
  void aPlanIsShownAndNothingElseHappens(@TempDir Path root) throws Exception {
    try (Lab lab = Lab.withDisk(root, Bytes.ofMib(4096))) {
      byte[] untouched = lab.edgesOfDisk();
      FakeSystem.in(lab.path("/system"));
      Path config =
          Files.writeString(
              lab.path("/config.yaml"),
              """
              install:
                device: %s
                source: dir:%s
                nousers: true
              """
                  .formatted(lab.disk(), lab.path("/system")));

      new InstallCommand(lab, lab::at, InstallCommandTest::noStages, out, err)
          .run(manual(config, Optional.of(PlanFormat.JSON)));

      assertThat(shown.toString(StandardCharsets.UTF_8))
          .contains("\"disk\": \"" + lab.disk() + "\"")
          .contains("\"kind\": \"write-table\"")
          .contains("\"milestone\": \"partition\"");
      assertThat(lab.edgesOfDisk()).isEqualTo(untouched);
      assertThat(lab.path("/run/kairos")).doesNotExist();
    }
  }

  @Test
  void aMachineThatIsNotToldToInstallItselfDoesNot(@TempDir Path root) {
    var host = live(root).with("/oem/a.yaml", "#cloud-config\ninstall:\n  auto: false\n");

    assertThatThrownBy(() -> command(host).run(InstallArguments.unattended()))
        .isInstanceOf(Refused.class)
        .hasMessageStartingWith("/oem/a.yaml:3:9: nothing here says")
        .hasMessageContaining("try: put a cloud-config with install.auto: true");
  }

  @Test
  void everythingThatCannotBeHadYetIsRefusedAtOnce(@TempDir Path root) {
    var host =
        live(root)
            .with(
                "/oem/a.yaml",
                """
                #cloud-config
                install:
                  auto: true
                  nousers: true
                  source: oci:quay.io/kairos/debian
                  encrypted_partitions: [COS_PERSISTENT]
                  bundles:
                    - targets: ["run://quay.io/x", "quay.io/y"]
                  partitions:
                    persistent: {fs: btrfs, label: MINE}
                """);

    assertThatThrownBy(() -> command(host).run(InstallArguments.unattended()))
        .isInstanceOf(InvalidConfig.class)
        .hasMessage(
            """
            /oem/a.yaml:6:25: install.encrypted_partitions is not supported yet
              try: remove it to install without encryption
            /oem/a.yaml:10:22: install.partitions.persistent.fs is not supported yet
              try: remove it; this one is ext4
            /oem/a.yaml:8:36: invalid target: 'quay.io/y'
              try: write it as container://IMAGE, run://IMAGE or package://NAME
            /oem/a.yaml:5:11: images from registries and archives are not supported yet: oci:quay.io/kairos/debian
              try: boot from a medium made of that image, or use dir:/path or file:/path\
            """);
  }

  @Test
  void aMisspelledKeyIsToldWithItsPlace(@TempDir Path root) {
    var host =
        live(root).with("/oem/a.yaml", "#cloud-config\ninstall:\n  auto: true\n  devise: auto\n");

    assertThatThrownBy(() -> command(host).run(InstallArguments.unattended()))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("/oem/a.yaml:4:3:")
        .hasMessageContaining("did you mean 'device'?");
  }

  @Test
  void aNodeThatNobodyCouldAdministerIsRefused(@TempDir Path root) {
    var host = live(root).with("/oem/a.yaml", "#cloud-config\ninstall:\n  auto: true\n");

    assertThatThrownBy(() -> command(host).run(InstallArguments.unattended()))
        .hasMessageStartingWith("No users found in any stage that are part of the 'admin' group.");
  }

  @Test
  void aLinkToAPartitionOrToNothingIsNoDevice(@TempDir Path root) {
    var host = live(root);

    assertThatThrownBy(
            () -> TargetDevice.resolve(host, "/dev/disk/by-id/usb-none", Optional.empty()))
        .hasMessageContaining("failed to read device link /dev/disk/by-id/usb-none");
    assertThat(TargetDevice.resolve(host, "auto", Optional.empty())).isEqualTo("auto");
  }

  @Test
  void aScriptNamesTheDevice(@TempDir Path root) {
    var host = live(root).answering("/bin/pick", "/dev/sdb\n");

    assertThat(TargetDevice.resolve(host, "script:///bin/pick", Optional.empty()))
        .isEqualTo("/dev/sdb");
  }

  private InstallCommand command(ScratchHost host) {
    return new InstallCommand(host, _ -> host, InstallCommandTest::noStages, out, err);
  }

  private static ScratchHost live(Path root) {
    return new ScratchHost(root).with("/proc/cmdline", "cdroot root=live:CDLABEL=COS_LIVE\n");
  }

  private static InstallArguments manual(Path config, Optional<PlanFormat> view) {
    return new InstallArguments(
        Optional.of(config.toString()),
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        false,
        false,
        false,
        view);
  }

  private static List<String> files(Path root) {
    try (var paths = Files.walk(root)) {
      return paths
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
