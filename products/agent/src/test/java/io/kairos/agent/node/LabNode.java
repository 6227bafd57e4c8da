package io.kairos.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.agent.Stages;
import io.kairos.agent.health.HealthCommand;
import io.kairos.agent.upgrade.UpgradePlanner;
import io.kairos.agent.upgrade.UpgradeRequest;
import io.kairos.base.Bytes;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.formats.grubenv.GrubEnvironment;
import io.kairos.plan.Faults;
import io.kairos.plan.Progress;
import io.kairos.plan.Step;
import io.kairos.testkit.disk.Ext4;
import io.kairos.testkit.disk.PartitionedDisk;
import io.kairos.testkit.disk.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A node of a few files on a loop device, installed with the system {@code first}.
 *
 * @param stagesRun what its actions ran
 */
public record LabNode(Path root, Lab lab, List<String> stagesRun) implements AutoCloseable {
  public static LabNode installed(Path root) throws IOException {
    var node = new LabNode(root, Lab.withDisk(root, Bytes.ofMib(4096)), new ArrayList<>());
    Path config =
        Files.writeString(node.lab.path("/merged.yaml"), "#cloud-config\nhostname: box\n");
    new LabInstaller(node.lab, node.stagesRun)
        .install(LabInstaller.request(node.lab, node.system("first"), config), Faults.NONE);
    node.stagesRun.clear();
    node.lab.shutDown();
    return node;
  }

  /** A system that tells its version. */
  public Path system(String version) throws IOException {
    Path tree = root.resolve("systems").resolve(version);
    if (!Files.exists(tree)) {
      FakeSystem.in(Files.createDirectories(tree));
      Files.writeString(tree.resolve("etc/version"), version);
    }
    return tree;
  }

  public ActionRunner runner(Faults faults) {
    return new ActionRunner(
        lab,
        lab::at,
        LabInstaller.boot(lab),
        LabInstaller.recording(lab, stagesRun),
        Progress.SILENT,
        faults);
  }

  /** As {@code kairos-agent upgrade} does it. */
  public void upgrade(String version) throws IOException {
    runner(Faults.NONE)
        .apply(
            UpgradePlanner.now(
                lab,
                UpgradeRequest.of(UpgradeRequest.Target.ACTIVE),
                new SystemSource.Tree(system(version))),
            false);
  }

  public HealthCommand health(Stages stages) {
    return new HealthCommand(
        new ActionContext(lab, lab::at, _ -> stages, Map.of(), System.out, System.err));
  }

  /** Version and label of an image that can be booted. */
  public String look(Path image) throws IOException {
    Path at = lab.lookInto(image);
    try {
      assertThat(at.resolve("boot/vmlinuz")).hasContent("kernel\n");
      assertThat(at.resolve("boot/initrd")).exists();
      return Files.readString(at.resolve("etc/version")) + " " + label(image);
    } finally {
      lab.lookAway(at);
    }
  }

  private static String label(Path image) throws IOException {
    try (var channel = Files.newByteChannel(image)) {
      return Superblock.read(channel).flatMap(Superblock::label).orElse("");
    }
  }

  public static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Of an environment block of GRUB. */
  public static Map<String, String> variables(Path file) throws IOException {
    return GrubEnvironment.parse(Files.readAllBytes(file)).variables();
  }

  /**
   * Looks at the disk after each step as GRUB does, which replays no journal.
   *
   * @param different gets the steps after which it sees other images than a kernel would
   */
  public Faults comparingWithGrub(List<String> different) {
    return new Faults() {
      @Override
      public void before(int index, Step step) {}

      @Override
      public void after(int index, Step step) {
        for (String image : List.of("/cOS/active.img", "/cOS/passive.img")) {
          if (!isSeenAlike(image)) {
            different.add(step.summary() + ": " + image);
          }
        }
      }
    };
  }

  private boolean isSeenAlike(String image) {
    try (var disk = FileChannel.open(lab.backing())) {
      View state = PartitionedDisk.read(View.of(disk)).named("state").content();
      return Ext4.raw(state)
          .file(image)
          .origin()
          .equals(Ext4.recovered(state).file(image).origin());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Loses the power around a step: even points are before it, odd ones after it. */
  public static Faults cutAt(int point) {
    return new Faults() {
      @Override
      public void before(int index, Step step) {
        cut(2 * index, step);
      }

      @Override
      public void after(int index, Step step) {
        cut(2 * index + 1, step);
      }

      private void cut(int now, Step step) {
        if (now == point) {
          throw new PowerLoss("around '" + step.summary() + "'");
        }
      }
    };
  }

  @Override
  public void close() {
    lab.close();
  }
}
