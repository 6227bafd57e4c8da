package io.kairos.agent.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.bundle.Bundles;
import io.kairos.agent.node.FakeSystem;
import io.kairos.agent.node.Lab;
import io.kairos.agent.node.LabInstaller;
import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.SystemSource;
import io.kairos.agent.node.TestImage;
import io.kairos.base.Bytes;
import io.kairos.config.BundleConfig;
import io.kairos.plan.Faults;
import io.kairos.plan.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The whole plan on a loop device, with a system of a few files. */
@EnabledIf(
    value = "io.kairos.agent.node.Lab#isPossible",
    disabledReason = "needs root and loop devices")
class InstallOnRealDiskTest {
  private static final Bytes DISK = Bytes.ofMib(4096);

  /** Steps from one cut to the next; odd, so that both kinds of loss meet steps of every kind. */
  private static final int STRIDE = Integer.getInteger("crash.stride", 1);

  private boolean tableWritten;
  private boolean finished;
  private final List<String> stagesRun = new ArrayList<>();

  @Test
  void anEmptyDiskBecomesANodeThatGrubCanBoot(@TempDir Path root) throws Exception {
    try (Lab lab = Lab.withDisk(root, DISK)) {
      install(lab, request(lab), Faults.NONE);

      assertThat(lab.mountsLeft()).isEmpty();
      assertThat(lab.loopsLeft()).isEmpty();
      assertThat(stagesRun)
          .containsExactly(
              "kairos-install.pre",
              "before-install",
              "after-install-chroot in active",
              "after-install",
              "kairos-install.after");

      Path oem = lab.look(2);
      assertThat(oem.resolve("90_custom.yaml")).hasContent("#cloud-config\nhostname: box\n");
      assertThat(mode(oem.resolve("90_custom.yaml"))).isEqualTo("rw-r-----");
      assertThat(oem.resolve("grubenv")).content().contains("extra_cmdline=quiet");
      assertThat(oem.resolve("10_user_custom_mounts.yaml"))
          .content()
          .contains("CUSTOM_BIND_MOUNTS: /var/a /var/b");

      Path state = lab.look(4);
      assertThat(state.resolve("grub/grub.cfg")).content().contains("set timeout=10");
      assertThat(state.resolve("grub_oem_env"))
          .content()
          .contains("default_menu_entry=Kairos of the test")
          .hasSize(1024);
      assertThat(names(state.resolve("cOS")))
          .containsExactly("active.img", "passive.img", "systems.json");
      assertThat(state.resolve(Machine.UNFINISHED)).doesNotExist();

      Path active = lab.lookInto(state.resolve("cOS/active.img"));
      assertThat(active.resolve("boot/vmlinuz")).hasContent("kernel\n");
      assertThat(Files.getAttribute(active.resolve("usr/bin/tool"), "unix:ino"))
          .isEqualTo(Files.getAttribute(active.resolve("usr/bin/same-tool"), "unix:ino"));
      assertThat(names(active.resolve("proc"))).isEmpty();
      assertThat(mode(active.resolve("sys"))).isEqualTo("r-xr-xr-x");
      assertThat(active.resolve("oem")).isDirectory();
      assertThat(active.resolve("usr/local")).isDirectory();
      assertThat(Files.getAttribute(active.resolve("tmp"), "unix:mode")).isEqualTo(041777);

      assertThat(names(lab.look(3).resolve("cOS"))).containsExactly("recovery.img");
      Path persistent = lab.look(5);
      assertThat(persistent.resolve(".state/var-log.bind/kairos/agent.log")).exists();
      assertThat(persistent.resolve(".kairos-state"))
          .content()
          .startsWith(
              "first-install: \"2026-07-21T09:51:00Z\"\nfirst-install-source: dir://" + root);
    }
  }

  /**
   * Each run starts over where the one before was cut, and comes a bit farther. In turn the process
   * is killed, so that its mounts and loop devices stay, and the power is cut, so that what was not
   * flushed is lost. {@code -Dcrash.stride=3} is for people in a hurry.
   */
  @Test
  void powerLossAfterAnyStepLeavesTheOldDiskOrAnInstallationThatStartsOver(@TempDir Path root)
      throws Exception {
    try (Lab lab = Lab.withDisk(root, DISK)) {
      byte[] untouched = lab.edgesOfDisk();
      int survived = 0;
      while (isCut(lab, survived)) {
        if (survived % 2 == 1) {
          lab.cutPower();
        }
        if (!tableWritten) {
          assertThat(lab.edgesOfDisk()).isEqualTo(untouched);
        } else if (!finished) {
          assertThat(planned(lab).notes())
              .as("after step %d", survived)
              .contains(lab.disk() + " holds an interrupted installation, starting over");
        } else {
          assertThat(bootFiles(lab)).as("after step %d", survived).doesNotContain(false);
        }
        survived += STRIDE;
      }
      assertThat(survived).isGreaterThan(40);
      assertThat(bootFiles(lab)).doesNotContain(false);
      assertThat(lab.mountsLeft()).isEmpty();
      assertThat(lab.loopsLeft()).isEmpty();
    }
  }

  /** Assertion 125, the part of bundles. */
  @Test
  void bundlesSeeThePartitionsOfTheNewNodeAndAFailureIsAWarning(@TempDir Path root)
      throws Exception {
    try (Lab lab = Lab.withDisk(root, DISK)) {
      TestImage.write(lab.path("/files"), Map.of("lib/thing", "from the bundle"));
      TestImage.write(
          lab.path("/script"),
          Map.of(
              "run.sh",
              "echo hello > %1$s/oem/hello && echo x > %1$s/var/lib/extensions/x.raw\n"
                  .formatted(root)));
      var bundles =
          new BundleConfig(
              List.of("container:///files", "run:///script", "run:///absent"),
              "",
              "/usr/local",
              "",
              true);
      install(lab, request(lab, new Bundles(List.of(bundles), false, false)), Faults.NONE);

      assertThat(lab.mountsLeft()).isEmpty();
      assertThat(lab.look(2).resolve("hello")).hasContent("hello\n");
      Path persistent = lab.look(5);
      assertThat(persistent.resolve("lib/thing")).hasContent("from the bundle");
      assertThat(persistent.resolve(".state/var-lib-extensions.bind/x.raw")).exists();
      assertThat(persistent.resolve(".kairos")).isEmptyDirectory();
      assertThat(lab.path("/var/lib/extensions")).isEmptyDirectory();
    }
  }

  @Test
  void aBundleThatHasToSucceedEndsTheInstallation(@TempDir Path root) throws Exception {
    try (Lab lab = Lab.withDisk(root, DISK)) {
      var bundle = new BundleConfig(List.of("run:///absent"), "", "", "", true);
      assertThatThrownBy(
              () ->
                  install(
                      lab, request(lab, new Bundles(List.of(bundle), true, false)), Faults.NONE))
          .hasMessageContaining("1 of 1 bundles could not be installed");
      assertThat(lab.mountsLeft()).isEmpty();
      assertThat(stagesRun).doesNotContain("after-install");
    }
  }

  /** Ctrl-C: the applier is told to stop and the thread that works is interrupted. */
  @Test
  void aCancelledInstallationHoldsNothing(@TempDir Path root) throws Exception {
    try (Lab lab = Lab.withDisk(root, DISK)) {
      var installer = new java.util.concurrent.atomic.AtomicReference<Installer>();
      Faults ctrlC =
          new Faults() {
            @Override
            public void before(int index, Step step) {
              if (step.kind().equals("copy-tree")) {
                installer.get().cancel();
                Thread.currentThread().interrupt();
              }
            }
          };
      installer.set(installer(lab, ctrlC));

      assertThatThrownBy(() -> installer.get().install(request(lab), _ -> {}))
          .hasMessageContaining("interrupted")
          .hasNoSuppressedExceptions();

      assertThat(Thread.interrupted()).isTrue();
      assertThat(lab.mountsLeft()).isEmpty();
      assertThat(lab.loopsLeft()).isEmpty();
    }
  }

  private boolean isCut(Lab lab, int survived) throws Exception {
    tableWritten = false;
    finished = false;
    try {
      install(lab, request(lab), powerLossAfter(survived));
      return false;
    } catch (Faults.PowerLoss loss) {
      return true;
    }
  }

  private static List<Boolean> bootFiles(Lab lab) {
    return List.of("/cOS/active.img", "/cOS/passive.img", "/grub/grub.cfg").stream()
        .map(file -> lab.holds(4, file))
        .toList();
  }

  /** Counts the steps of both plans. */
  private Faults powerLossAfter(int survived) {
    return new Faults() {
      private int performed;

      @Override
      public void after(int index, Step step) {
        tableWritten |= step.kind().equals("write-table");
        finished |= step instanceof NodeStep.MarkFinished;
        if (performed++ == survived) {
          throw new PowerLoss("after '" + step.summary() + "'");
        }
      }
    };
  }

  private static InstallRequest request(Lab lab) throws Exception {
    return request(lab, Bundles.NONE);
  }

  private static InstallRequest request(Lab lab, Bundles bundles) throws Exception {
    Path config = lab.path("/merged.yaml");
    Files.writeString(config, "#cloud-config\nhostname: box\n");
    Path system = lab.path("/system");
    if (!Files.exists(system)) {
      FakeSystem.in(system);
    }
    return new InstallRequest(
        lab.disk().toString(),
        Optional.empty(),
        Optional.of(new SystemSource.Tree(system)),
        InstallRequest.Sizes.DEFAULTS,
        List.of(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(config),
        List.of("/srv/extra"),
        Map.of("extra_cmdline", "quiet"),
        List.of("/var/a", "/var/b"),
        List.of(),
        bundles,
        true,
        false,
        false,
        Optional.empty(),
        new InstallRequest.Afterwards(false, false));
  }

  private void install(Lab lab, InstallRequest request, Faults faults) {
    installer(lab, faults).install(request, _ -> {});
  }

  private InstallPlan planned(Lab lab) throws Exception {
    return installer(lab, Faults.NONE).plan(request(lab));
  }

  private Installer installer(Lab lab, Faults faults) {
    return new LabInstaller(lab, stagesRun).with(LabInstaller.recording(lab, stagesRun), faults);
  }

  private static List<String> names(Path folder) throws Exception {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String mode(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
