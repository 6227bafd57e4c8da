package io.kairos.agent.node;

import io.kairos.agent.bundle.Bundles;
import io.kairos.boot.BootStep;
import io.kairos.images.ImageSource;
import io.kairos.plan.Step;
import io.kairos.storage.DiskStep;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the actions of the agent do to a machine, as values. */
public sealed interface NodeStep extends Step {
  static NodeStep of(DiskStep step) {
    return new OnDisk(step);
  }

  static NodeStep of(BootStep step) {
    return new OnBoot(step);
  }

  /** A step of the storage feature. */
  record OnDisk(DiskStep step) implements NodeStep {
    @Override
    public String summary() {
      return step.summary();
    }

    @Override
    public String kind() {
      return step.kind();
    }
  }

  /** A step of the boot feature. */
  record OnBoot(BootStep step) implements NodeStep {
    @Override
    public String summary() {
      return step.summary();
    }

    @Override
    public String kind() {
      return step.kind();
    }
  }

  /**
   * A stage, with its before and after, on the live system.
   *
   * @param sources read besides the usual folders
   */
  record RunStage(String stage, List<Path> sources) implements NodeStep {
    public RunStage {
      sources = List.copyOf(sources);
    }

    @Override
    public String summary() {
      return "run stage " + stage;
    }
  }

  /**
   * A stage inside the new system.
   *
   * @param binds folders of the target by where the system will see them
   */
  record RunStageInImage(String stage, Path image, Map<String, Path> binds) implements NodeStep {
    public RunStageInImage {
      binds = new TreeMap<>(binds);
    }

    @Override
    public String summary() {
      return "run stage " + stage + " in " + image;
    }
  }

  /** A program that an image or a user may have put there. */
  record RunHookProgram(Path program) implements NodeStep {
    @Override
    public String summary() {
      return "run " + program + " if it exists";
    }
  }

  /** A hook stops the installation by leaving its reason in a file. */
  record HeedVeto(Path file) implements NodeStep {
    @Override
    public String summary() {
      return "stop if " + file + " exists";
    }
  }

  /** From here on a second run knows that the first did not end. */
  record MarkUnfinished(Path marker) implements NodeStep {
    @Override
    public String summary() {
      return "mark the installation as unfinished";
    }
  }

  record MarkFinished(Path marker) implements NodeStep {
    @Override
    public String summary() {
      return "mark the installation as finished";
    }
  }

  /** Brings an image here; what was fetched before is not fetched again. */
  record Fetch(ImageSource source, Path store) implements NodeStep {
    @Override
    public String summary() {
      return "fetch " + source + " to " + store;
    }
  }

  /** What was fetched is in its slot. */
  record DeleteStore(Path store) implements NodeStep {
    @Override
    public String summary() {
      return "delete what was fetched to " + store;
    }
  }

  /** Writes the root file system of an image into an empty mounted one. */
  record Unpack(SystemSource image, Path at) implements NodeStep {
    @Override
    public String summary() {
      return "unpack " + image.text() + " to " + at;
    }
  }

  /**
   * Removes paths of a deployed system that the node shall not have.
   *
   * @param patterns as rsync(1) has them: anchored with a leading slash, folders only with one at
   *     the end, {@code **} crosses folders
   */
  record LeaveOut(Path image, List<String> patterns) implements NodeStep {
    public LeaveOut {
      patterns = List.copyOf(patterns);
    }

    @Override
    public String summary() {
      return "leave out " + String.join(", ", patterns) + " in " + image;
    }
  }

  /** Mount points that a read-only root cannot get later. */
  record MakeSystemFolders(Path image) implements NodeStep {
    @Override
    public String summary() {
      return "make missing system folders in " + image;
    }
  }

  record MakeExtraFolders(Path image, List<String> folders) implements NodeStep {
    public MakeExtraFolders {
      folders = List.copyOf(folders);
    }

    @Override
    public String summary() {
      return "make folders " + String.join(", ", folders) + " in " + image;
    }
  }

  /** The new system has a kernel, an initramfs and a name. */
  record CheckSystem(Path image) implements NodeStep {
    @Override
    public String summary() {
      return "check that " + image + " can be booted";
    }
  }

  record CopyCloudConfig(Path from, Path to) implements NodeStep {
    @Override
    public String summary() {
      return "copy " + from + " to " + to;
    }
  }

  record RelabelForSelinux(Path image) implements NodeStep {
    @Override
    public String summary() {
      return "label the files of " + image + " for SELinux";
    }
  }

  /**
   * Software for the new node. It sees the partitions of the new node where it will have them.
   *
   * @param oem seen as {@code /oem}
   * @param persistent seen as {@code /usr/local}
   */
  record InstallBundles(Bundles bundles, Path oem, Path persistent) implements NodeStep {
    @Override
    public String summary() {
      return "install bundles: " + bundles.targets();
    }
  }

  /** Mounts that the initramfs makes at each boot. */
  record WriteCustomMounts(Path oem, List<String> bind, List<String> ephemeral)
      implements NodeStep {
    public WriteCustomMounts {
      bind = List.copyOf(bind);
      ephemeral = List.copyOf(ephemeral);
    }

    @Override
    public String summary() {
      return "keep mounts: "
          + java.util.stream.Stream.concat(
                  bind.stream().map(path -> path + " (bind)"),
                  ephemeral.stream().map(path -> path + " (ephemeral)"))
              .collect(Collectors.joining(", "));
    }
  }

  record WriteSshHardening(Path oem) implements NodeStep {
    @Override
    public String summary() {
      return "allow ssh logins by key only";
    }
  }

  record CopyLogs(Path persistent) implements NodeStep {
    @Override
    public String summary() {
      return "copy the logs of this installation to " + persistent;
    }
  }

  /** Copies the diary, if there is one, to where a format does not reach it, or back. */
  record CarryDiary(Path from, Path to) implements NodeStep {
    @Override
    public String summary() {
      return "carry %s to %s".formatted(from.resolve(NodeDiary.FILE), to);
    }
  }

  /**
   * @param source in the form that state files use
   */
  record RecordInDiary(NodeDiary.Event event, Path persistent, String source) implements NodeStep {
    @Override
    public String summary() {
      return "record %s in %s".formatted(event, persistent.resolve(NodeDiary.FILE));
    }
  }

  /**
   * Keeps what is known of a new system beside the images.
   *
   * @param images their folder
   * @param image the file of the new system there
   * @param at where it is mounted
   */
  record RecordSystem(Path images, String image, Path at, SystemSource source) implements NodeStep {
    @Override
    public String summary() {
      return "record where %s comes from".formatted(images.resolve(image));
    }
  }

  /**
   * Keeps whether a system came up.
   *
   * @param failure why it did not
   */
  record RecordVerdict(Path images, String image, Optional<String> failure) implements NodeStep {
    @Override
    public String summary() {
      return "record that %s %s"
          .formatted(images.resolve(image), failure.map("failed: "::concat).orElse("came up"));
    }
  }

  record EjectOnShutdown() implements NodeStep {
    @Override
    public String summary() {
      return "eject the medium on shutdown";
    }
  }
}
