package io.kairos.agent.install;

import io.kairos.agent.node.SourceFacts;
import io.kairos.base.Bytes;
import io.kairos.base.Problem;
import io.kairos.base.Problems;
import io.kairos.base.Suggestion;
import io.kairos.boot.Firmware;
import io.kairos.storage.Filesystem;
import io.kairos.storage.PartitionSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which partitions an installation makes, and how large.
 *
 * @param partitions in disk order; the one that fills the disk, if any, is the last
 * @param notes where a wish of the user could not be followed
 */
record DiskLayout(List<PartitionSpec> partitions, Images images, List<String> notes) {

  /** Sizes of the image files. */
  record Images(Bytes active, Bytes passive, Bytes recovery) {}

  private static final Bytes DEFAULT_IMAGE = Bytes.ofMib(3072);
  private static final Bytes IMAGE_SPARE = Bytes.ofMib(100);
  private static final Bytes DEFAULT_BOOT = Bytes.ofMib(64);
  private static final Bytes BIOS_BOOT = Bytes.ofMib(1);
  private static final Bytes TABLES = Bytes.ofMib(2);

  static DiskLayout of(Firmware firmware, SourceFacts source, InstallRequest request) {
    var notes = new ArrayList<String>();
    InstallRequest.Sizes sizes = request.sizes();
    Images images = images(source, sizes, notes);
    var fixed = new ArrayList<PartitionSpec>();
    fixed.add(
        firmware == Firmware.EFI
            ? new PartitionSpec(
                "efi",
                PartitionSpec.Role.EFI_SYSTEM,
                Optional.of("COS_GRUB"),
                orElse(sizes.efi(), DEFAULT_BOOT),
                Filesystem.VFAT)
            : new PartitionSpec(
                "bios",
                PartitionSpec.Role.BIOS_BOOT,
                Optional.empty(),
                BIOS_BOOT,
                Filesystem.NONE));
    fixed.add(PartitionSpec.linux("oem", "COS_OEM", orElse(sizes.oem(), DEFAULT_BOOT)));
    fixed.add(
        PartitionSpec.linux(
            "recovery",
            "COS_RECOVERY",
            atLeast(
                "recovery",
                sizes.recovery(),
                images.recovery().times(2).plus(Bytes.ofMib(200)),
                notes)));
    fixed.add(
        PartitionSpec.linux(
            "state",
            "COS_STATE",
            atLeast(
                "state",
                sizes.state(),
                images.active().times(2).plus(images.passive()).plus(Bytes.ofMib(1000)),
                notes)));
    List<PartitionSpec> extras = extras(request);
    PartitionSpec persistent =
        PartitionSpec.linux("persistent", "COS_PERSISTENT", sizes.persistent());
    var ordered = new ArrayList<>(fixed);
    if (!persistent.fillsDisk()) {
      ordered.add(persistent);
    }
    extras.stream().filter(extra -> !extra.fillsDisk()).forEach(ordered::add);
    if (persistent.fillsDisk()) {
      ordered.add(persistent);
    }
    extras.stream().filter(PartitionSpec::fillsDisk).forEach(ordered::add);
    return new DiskLayout(List.copyOf(ordered), images, List.copyOf(notes));
  }

  /** What a disk must hold at least; the filling partition counts as nothing. */
  Bytes needed() {
    return partitions.stream().map(PartitionSpec::size).reduce(TABLES, Bytes::plus);
  }

  private static Images images(SourceFacts source, InstallRequest.Sizes sizes, List<String> notes) {
    Bytes computed =
        source.content().isZero()
            ? DEFAULT_IMAGE
            : source.content().roundedUpToMib().plus(IMAGE_SPARE);
    Bytes active = orElse(sizes.active(), computed);
    if (active.isLessThan(source.content())) {
      notes.add(
          "install.system.size (%s) is less than the system (%s); using %s"
              .formatted(active, source.content(), computed));
      active = computed;
    }
    return new Images(
        active,
        larger(orElse(sizes.passive(), computed), active),
        larger(orElse(sizes.recoveryImage(), computed), active));
  }

  private static Bytes atLeast(String name, Bytes wanted, Bytes least, List<String> notes) {
    if (!wanted.isZero() && wanted.isLessThan(least)) {
      notes.add(
          "partition '%s' needs %s for its images; install.partitions.%s.size (%s) is raised"
              .formatted(name, least, name, wanted));
    }
    return larger(wanted, least);
  }

  private static Bytes orElse(Bytes wanted, Bytes usual) {
    return wanted.isZero() ? usual : wanted;
  }

  private static Bytes larger(Bytes one, Bytes other) {
    return one.isLessThan(other) ? other : one;
  }

  /** The user's own partitions, with every mistake in them told at once. */
  private static List<PartitionSpec> extras(InstallRequest request) {
    var problems = new Problems();
    var extras = new ArrayList<PartitionSpec>();
    for (InstallRequest.ExtraPartition extra : request.extraPartitions()) {
      extra(extra, problems).ifPresent(extras::add);
    }
    long filling = extras.stream().filter(PartitionSpec::fillsDisk).count();
    if (filling > 1) {
      problems.add(
          Problem.of("more than one extra partition has no size")
              .withRemedy("only one partition can take the rest of the disk"));
    } else if (filling == 1 && request.sizes().persistent().isZero()) {
      problems.add(
          Problem.of("an extra partition and the persistent partition both have no size")
              .withRemedy(
                  "set install.partitions.persistent.size, or give the extra partition a size"));
    }
    problems.throwIfAny();
    return extras;
  }

  private static Optional<PartitionSpec> extra(
      InstallRequest.ExtraPartition extra, Problems problems) {
    if (extra.name().isEmpty()) {
      problems.add(
          problem(extra, "extra partition defined without a name")
              .withRemedy("give each entry of install.extra-partitions a name"));
      return Optional.empty();
    }
    if (extra.name().length() > 36
        || List.of("bios", "efi", "oem", "recovery", "state", "persistent")
            .contains(extra.name())) {
      problems.add(
          problem(extra, "'" + extra.name() + "' cannot be the name of an extra partition")
              .withRemedy("choose another name of at most 36 characters"));
      return Optional.empty();
    }
    Optional<Filesystem> filesystem =
        extra.filesystem().isEmpty()
            ? Optional.of(Filesystem.EXT2)
            : Filesystem.named(extra.filesystem());
    if (filesystem.isEmpty()) {
      problems.add(
          problem(extra, "unsupported filesystem: " + extra.filesystem())
              .withRemedy(
                  Suggestion.didYouMean(
                          extra.filesystem(), List.of("ext2", "ext3", "ext4", "xfs", "vfat"))
                      .orElse("use ext2, ext3, ext4, xfs, vfat or none")));
      return Optional.empty();
    }
    if (extra.label().filter(label -> !filesystem.get().canHold(label)).isPresent()) {
      problems.add(
          problem(
                  extra,
                  "the label '%s' is too long for %s"
                      .formatted(extra.label().get(), filesystem.get().type()))
              .withRemedy("use at most " + filesystem.get().longestLabel() + " octets"));
      return Optional.empty();
    }
    return Optional.of(
        new PartitionSpec(
            extra.name(), PartitionSpec.Role.LINUX, extra.label(), extra.size(), filesystem.get()));
  }

  private static Problem problem(InstallRequest.ExtraPartition extra, String what) {
    return new Problem(what, extra.position(), Optional.empty());
  }
}
