package io.kairos.agent.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.NodeStages;
import io.kairos.agent.Stages;
import io.kairos.agent.node.FakeSystem;
import io.kairos.agent.node.Lab;
import io.kairos.agent.node.LabInstaller;
import io.kairos.agent.node.LabNode;
import io.kairos.agent.node.NodeStep;
import io.kairos.base.Bytes;
import io.kairos.base.Refused;
import io.kairos.host.Command;
import io.kairos.host.Kernel;
import io.kairos.plan.Faults;
import io.kairos.plan.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** {@code install.no-format} on a loop device that somebody partitioned and formatted. */
@EnabledIf(
    value = "io.kairos.agent.node.Lab#isPossible",
    disabledReason = "needs root and loop devices")
class InstallOnPreparedDiskTest {
  private static final List<String> LABELS =
      List.of("COS_OEM", "COS_RECOVERY", "COS_STATE", "COS_PERSISTENT");

  /** Cut points from one to the next; {@code -Dcrash.stride=3} is for people in a hurry. */
  private static final int STRIDE = Integer.getInteger("crash.stride", 1);

  @TempDir Path root;
  private Lab lab;
  private Path config;
  private final List<String> stagesRun = new ArrayList<>();

  @BeforeEach
  void attachDisk() throws IOException {
    lab = Lab.withDisk(root, Bytes.ofMib(4096));
    config = Files.writeString(lab.path("/merged.yaml"), "#cloud-config\nhostname: box\n");
  }

  @AfterEach
  void close() {
    lab.close();
  }

  /** As {@code sfdisk} and {@code mkfs.ext4} of a user make it: no name, no GUID of ours. */
  private void prepare() {
    lab.run(
        Command.of("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", disk())
            .stdin(
                """
                label: gpt
                size=1MiB, type=21686148-6449-6E6F-744E-656564454649
                size=40MiB
                size=500MiB
                size=1500MiB
                size=300MiB
                """));
    lab.run(Command.of("partx", "--add", disk()).expecting(0, 1));
    for (int i = 0; i < LABELS.size(); i++) {
      lab.run(Command.of("mkfs.ext4", "-q", "-L", LABELS.get(i), disk() + "p" + (i + 2)));
    }
  }

  private String disk() {
    return lab.disk().toString();
  }

  private Path system(String version) throws IOException {
    Path tree = root.resolve("systems").resolve(version);
    if (!Files.exists(tree)) {
      FakeSystem.in(Files.createDirectories(tree));
      Files.writeString(tree.resolve("etc/version"), version);
    }
    return tree;
  }

  private void install(String device, String version, boolean force, Faults faults)
      throws IOException {
    new LabInstaller(lab, stagesRun)
        .install(LabInstaller.keeping(device, system(version), config, force), faults);
  }

  private void install(String version, boolean force) throws IOException {
    install(disk(), version, force, Faults.NONE);
  }

  /** Version and label of an image on a partition; empty when it is not there. */
  private Optional<String> image(int number, String name) throws IOException {
    Path at = lab.look(number);
    try {
      Path image = at.resolve("cOS").resolve(name);
      return Files.exists(image)
          ? Optional.of(new LabNode(root, lab, stagesRun).look(image))
          : Optional.empty();
    } finally {
      lab.kernel().unmount(at);
    }
  }

  private void write(int number, String file, String content) throws IOException {
    Path at = Files.createDirectories(root.resolve("write"));
    lab.kernel().mount(disk() + "p" + number, at, "ext4", Set.<Kernel.MountFlag>of(), "");
    Files.createDirectories(at.resolve(file).getParent());
    Files.writeString(at.resolve(file), content);
    lab.kernel().unmount(at);
  }

  private byte[] table() throws IOException {
    try (var backing = Files.newInputStream(lab.backing())) {
      return backing.readNBytes(1 << 20);
    }
  }

  @Test
  void theDiskThatIsPreparedIsFoundAndKeepsItsPartitionsAndWhatIsOnThem() throws IOException {
    prepare();
    write(5, "data/mine", "data of the user\n");
    write(2, "99_mine.yaml", "#cloud-config\n");
    lab.kernel().sync();
    byte[] table = table();

    install("auto", "first", false, Faults.NONE);

    assertThat(table()).isEqualTo(table);
    assertThat(image(4, "active.img")).contains("first COS_ACTIVE");
    assertThat(image(4, "passive.img")).contains("first COS_PASSIVE");
    assertThat(image(3, "recovery.img")).contains("first COS_SYSTEM");
    Path state = lab.look(4);
    assertThat(state.resolve("grub/grub.cfg")).content().contains("set timeout=10");
    assertThat(state.resolve(Machine.UNFINISHED)).doesNotExist();
    Path oem = lab.look(2);
    assertThat(oem.resolve("90_custom.yaml")).hasContent("#cloud-config\nhostname: box\n");
    assertThat(oem.resolve("99_mine.yaml")).exists();
    Path persistent = lab.look(5);
    assertThat(persistent.resolve("data/mine")).hasContent("data of the user\n");
    assertThat(persistent.resolve(".kairos-state")).content().contains("first-install: \"2026");
    assertThat(stagesRun)
        .containsExactly(
            "kairos-install.pre",
            "before-install",
            "after-install-chroot in active",
            "after-install",
            "kairos-install.after");
    assertThat(lab.loopsLeft()).isEmpty();
  }

  /** Agent 2.5: the typical use. */
  @Test
  void aLayoutStepBeforeTheInstallationPreparesTheDisk() throws IOException {
    Path layout =
        Files.writeString(
            lab.path("/layout.yaml"),
            """
            #cloud-config
            stages:
              kairos-install.pre.before:
                - layout:
                    device: {path: %s, init_disk: true, disk_name: prepared}
                    add_partitions:
                      - {pLabel: bios, size: 1, filesystem: "-", bootable: true}
                      - {pLabel: oem, fsLabel: COS_OEM, size: 64, filesystem: ext4}
                      - {pLabel: recovery, fsLabel: COS_RECOVERY, size: 500, filesystem: ext4}
                      - {pLabel: state, fsLabel: COS_STATE, size: 1000, filesystem: ext4}
                      - {pLabel: persistent, fsLabel: COS_PERSISTENT, size: 0, filesystem: ext4}
            """
                .formatted(disk()));
    List<String> problems = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    Stages stages =
        (stage, host, sources) -> {
          if (stage.equals("kairos-install.pre")) {
            new NodeStages(
                    lab, List.of("/" + layout.getFileName()), (level, line) -> problems.add(line))
                .run(stage, host, List.of());
          }
        };

    new LabInstaller(lab, stagesRun)
        .with(stages, Faults.NONE)
        .install(LabInstaller.keeping("auto", system("first"), config, false), notes::add);

    assertThat(notes).singleElement().asString().contains("are kept", "COS_STATE");
    assertThat(problems).anyMatch(line -> line.contains("added state to " + disk()));
    assertThat(image(4, "active.img")).contains("first COS_ACTIVE");
    assertThat(lab.look(5).resolve(".kairos-state")).exists();
  }

  @Test
  void anUnpreparedDiskIsRefusedAndNotTouched() throws IOException {
    byte[] untouched = lab.edgesOfDisk();

    assertThatThrownBy(() -> install("first", false))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("no file system is labelled COS_STATE")
        .hasMessageContaining("no file system is labelled COS_OEM");

    assertThat(lab.edgesOfDisk()).isEqualTo(untouched);
    assertThat(stagesRun).containsExactly("kairos-install.pre");
  }

  @Test
  void aDiskWithTooLittleRoomIsRefusedAndNothingIsWritten() throws IOException {
    prepare();
    write(4, "ballast", "");
    Path at = Files.createDirectories(root.resolve("write"));
    lab.kernel().mount(disk() + "p4", at, "ext4", Set.<Kernel.MountFlag>of(), "");
    lab.run(Command.of("fallocate", "-l", "1300M", at.resolve("ballast").toString()));
    lab.kernel().unmount(at);

    assertThatThrownBy(() -> install("first", false))
        .hasMessageContaining("run/cos/state has")
        .hasMessageContaining("the new system needs");

    assertThat(LabNode.names(lab.look(4))).containsExactly("ballast", "lost+found");
    assertThat(LabNode.names(lab.look(2))).containsExactly("lost+found");
  }

  @Test
  void anInstallationIsReplacedOnlyByForceAndItsDataStay() throws IOException {
    prepare();
    install("first", false);
    write(5, "data/mine", "data of the user\n");
    write(4, "boot_assessment", "# GRUB Environment Block\nboot_assessment_tentative=yes\n");
    write(4, "cOS/previous.img", "what an interrupted upgrade left");
    write(3, "cOS/recovery.squashfs", "another recovery system");

    assertThatThrownBy(() -> install("second", false))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("holds an installed system");
    assertThat(image(4, "active.img")).contains("first COS_ACTIVE");

    install("second", true);

    assertThat(image(4, "active.img")).contains("second COS_ACTIVE");
    assertThat(image(4, "passive.img")).contains("second COS_PASSIVE");
    assertThat(image(3, "recovery.img")).contains("second COS_SYSTEM");
    assertThat(LabNode.names(lab.look(3).resolve("cOS"))).containsExactly("recovery.img");
    Path state = lab.look(4);
    assertThat(LabNode.variables(state.resolve("boot_assessment"))).isEmpty();
    assertThat(LabNode.names(state.resolve("cOS")))
        .containsExactly("active.img", "passive.img", "systems.json");
    assertThat(lab.look(5).resolve("data/mine")).hasContent("data of the user\n");
  }

  /** What was prepared is as it was, and a second run needs no word of the user. */
  @Test
  void powerLossAroundAnyStepLeavesAPreparedDiskThatIsInstalledByASecondRun() throws IOException {
    prepare();
    write(5, "data/mine", "data of the user\n");
    lab.kernel().sync();
    byte[] table = table();
    int cuts = 0;
    boolean finished = false;
    for (int point = 0; !finished; point += STRIDE) {
      var faults = new Cut(point);
      try {
        install(disk(), "run" + point % 3, false, faults);
        finished = true;
      } catch (Faults.PowerLoss loss) {
        cuts++;
        if (point % 4 >= 2 || faults.finished) {
          lab.cutPower();
        }
        assertThat(table()).as("cut %d", point).isEqualTo(table);
        if (faults.finished) { // the rest tidies up: what is there is whole
          assertThat(image(4, "active.img")).isPresent();
          reopen();
        }
      }
    }
    assertThat(cuts).isGreaterThan(80 / STRIDE);
    assertThat(lab.mountsLeft()).isEmpty();
    assertThat(lab.loopsLeft()).isEmpty();
    assertThat(image(4, "active.img")).isPresent();
    assertThat(image(4, "passive.img")).isPresent();
    assertThat(image(3, "recovery.img")).isPresent();
    assertThat(lab.look(5).resolve("data/mine")).hasContent("data of the user\n");
  }

  /** As somebody does who wants the cut installation again: the next run is not held up by it. */
  private void reopen() throws IOException {
    write(4, Machine.UNFINISHED, "");
  }

  /** An installation that works keeps working until it has been replaced. */
  @Test
  void powerLossWhileAnInstallationIsReplacedLeavesTwoCompleteSystems() throws IOException {
    prepare();
    install("first", false);
    int cuts = 0;
    boolean finished = false;
    for (int point = 0; !finished; point += STRIDE) {
      try {
        install(disk(), "run" + point % 3, true, new Cut(point));
        finished = true;
      } catch (Faults.PowerLoss loss) {
        cuts++;
        lab.cutPower();
        String cut = "power lost " + loss.getMessage();
        assertThat(image(4, "active.img").orElse("")).as(cut).endsWith(" COS_ACTIVE");
        assertThat(image(4, "passive.img").orElse("")).as(cut).endsWith(" COS_PASSIVE");
        assertThat(image(3, "recovery.img").orElse("")).as(cut).endsWith(" COS_SYSTEM");
        assertThat(lab.holds(4, "/grub/grub.cfg")).as(cut).isTrue();
      }
    }
    assertThat(cuts).isGreaterThan(80 / STRIDE);
  }

  /** Even points are before a step, odd ones after it; of both plans together. */
  private static final class Cut implements Faults {
    private final int point;
    private int now;
    private boolean finished;

    Cut(int point) {
      this.point = point;
    }

    @Override
    public void before(int index, Step step) {
      cut(step);
    }

    @Override
    public void after(int index, Step step) {
      finished |= step instanceof NodeStep.MarkFinished;
      cut(step);
    }

    private void cut(Step step) {
      if (now++ == point) {
        throw new PowerLoss("around '" + step.summary() + "'");
      }
    }
  }
}
