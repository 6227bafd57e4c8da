package io.kairos.agent.node;

import io.kairos.base.Bytes;
import io.kairos.plan.Plan;
import io.kairos.storage.DiskStep;
import io.kairos.storage.Filesystem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A system that is put into a new image file: from an empty one to one that is complete, checked
 * and on the disk, still under a name that nothing boots. What the actions do with it in between is
 * theirs.
 *
 * @param file the image, under a name that nothing boots
 * @param size of its file system, unless the source is an image already
 * @param at where it is mounted afterwards
 */
public record Deployment(
    SystemSource source, SourceFacts facts, Path file, Bytes size, String label, Path at) {
  private static final Filesystem FILESYSTEM = Filesystem.EXT2;
  private static final Bytes USUAL_SIZE = Bytes.ofMib(3072);

  /** What an image needs besides its content. */
  public static final Bytes SPARE = Bytes.ofMib(100);

  /**
   * GRUB of some distributions cannot read a checksum seed kept apart from the UUID, which newer
   * e2fsprogs turn on.
   */
  private static final List<String> READ_BY_GRUB = List.of("-O", "^metadata_csum_seed");

  /** For mkfs of a partition that GRUB reads. */
  public static List<String> formatOptions(Filesystem filesystem) {
    return filesystem == Filesystem.EXT4 ? READ_BY_GRUB : List.of();
  }

  /** Size of an image: what was wished, or what is usual, and never less than the system needs. */
  public static Bytes size(SourceFacts facts, Optional<Bytes> wanted) {
    Bytes least = facts.content().roundedUpToMib().plus(SPARE);
    Bytes size = wanted.orElse(USUAL_SIZE);
    return size.isLessThan(least) ? least : size;
  }

  /** Puts the system there; the image stays mounted. */
  public void deploy(Plan.Builder<NodeStep> plan) {
    switch (source) {
      case SystemSource.Tree(var root) -> {
        create(plan);
        plan.must(
            NodeStep.of(new DiskStep.CopyTree(root, at, SourceFacts.EMPTIED, facts.content())));
        plan.must(new NodeStep.MakeSystemFolders(at));
      }
      case SystemSource.Image _, SystemSource.Unseen _ -> {
        create(plan);
        plan.must(new NodeStep.Unpack(source, at));
        plan.must(new NodeStep.MakeSystemFolders(at));
      }
      case SystemSource.ImageFile(var from) -> {
        plan.must(NodeStep.of(new DiskStep.CopyFile(from, file)));
        plan.must(NodeStep.of(new DiskStep.LabelImage(file, label)));
        plan.should(NodeStep.of(new DiskStep.RenewUuid(file)));
        plan.must(NodeStep.of(new DiskStep.MountImage(file, at, FILESYSTEM)));
      }
    }
  }

  private void create(Plan.Builder<NodeStep> plan) {
    plan.must(
        NodeStep.of(new DiskStep.CreateImage(file, size, FILESYSTEM, label, facts.entries())));
    plan.must(NodeStep.of(new DiskStep.MountImage(file, at, FILESYSTEM)));
  }

  public void makeFolders(Plan.Builder<NodeStep> plan, List<String> folders) {
    if (!folders.isEmpty()) {
      plan.should(new NodeStep.MakeExtraFolders(at, folders));
    }
  }

  /**
   * What a system does to itself before it is booted for the first time.
   *
   * @param binds folders of the node by where the system sees them
   */
  public void adapt(Plan.Builder<NodeStep> plan, String stage, Map<String, Path> binds) {
    if (facts.hasSelinuxPolicy()) {
      plan.must(new NodeStep.RelabelForSelinux(at));
    }
    plan.strict(new NodeStep.RunStageInImage(stage, at, binds));
  }

  /** It can be booted. */
  public void check(Plan.Builder<NodeStep> plan) {
    plan.must(new NodeStep.CheckSystem(at));
  }

  /** Keeps where it comes from, beside the images. */
  public void record(Plan.Builder<NodeStep> plan) {
    plan.should(
        new NodeStep.RecordSystem(file.getParent(), file.getFileName().toString(), at, source));
  }

  /** Nothing is written to it from now on, and all of it is on the disk. */
  public void close(Plan.Builder<NodeStep> plan) {
    plan.must(NodeStep.of(new DiskStep.UnmountImage(file, at)));
    plan.must(NodeStep.of(new DiskStep.CheckImage(file)));
  }
}
