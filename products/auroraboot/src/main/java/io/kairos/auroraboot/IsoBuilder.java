package io.kairos.auroraboot;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.base.Refused;
import io.kairos.config.Validation;
import io.kairos.host.Host;
import io.kairos.plan.Applier;
import io.kairos.plan.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Builds hybrid BIOS and UEFI installer ISOs. */
public final class IsoBuilder {
  /** Program to the Debian package that has it. */
  private static final Map<String, String> TOOLS =
      new TreeMap<>(
          Map.of(
              "grub-mkimage", "grub-common",
              "mcopy", "mtools",
              "mkfs.vfat", "dosfstools",
              "mksquashfs", "squashfs-tools",
              "mmd", "mtools",
              "xorriso", "xorriso"));

  /** Boot images, and what file systems need for themselves. */
  private static final Bytes OVERHEAD = Bytes.ofMib(64);

  private final Host host;
  private final Function<Path, Host> hosts;
  private final Validation.Check[] configChecks;

  /**
   * @param hosts opens a directory of this machine as the root of a host
   * @param configChecks of modules that know more about a cloud-config
   */
  public IsoBuilder(Host host, Function<Path, Host> hosts, Validation.Check... configChecks) {
    this.host = host;
    this.hosts = hosts;
    this.configChecks = configChecks.clone();
  }

  /** What {@link #build} would do. */
  public Plan<?> plan(IsoRequest request) {
    return prepare(request).plan();
  }

  /**
   * @throws InvalidConfig when the cloud-config is wrong; nothing was written
   * @throws Refused when image, tools or space do not suffice; nothing was written
   */
  public BuiltIso build(IsoRequest request, Applier applier) {
    Prepared work = prepare(request);
    requireTools(work.facts());
    requireSpace(request.output(), work.facts());
    var performer = new IsoPerformer(host, work.image(), IsoPlanner.scratch(request, work.facts()));
    List<Applier.Done> steps = applier.apply(work.plan(), performer);
    Path iso = request.output().resolve(IsoPlanner.fileName(request, work.facts()));
    return new BuiltIso(
        iso,
        host.kernel().size(iso),
        performer.sha256(),
        work.facts().sbom().map(_ -> IsoPerformer.sbomBeside(iso)),
        work.warnings(),
        steps);
  }

  private record Prepared(
      SourceImage image, ImageFacts facts, Plan<IsoStep> plan, List<Problem> warnings) {}

  private Prepared prepare(IsoRequest request) {
    List<Problem> warnings =
        request
            .cloudConfig()
            .map(file -> InstallerConfig.check(file, configChecks))
            .orElse(List.of());
    requireFolders(request);
    SourceImage image = SourceImage.open(request.image(), hosts);
    ImageFacts facts = ImageFacts.observe(image);
    Instant latest =
        request
            .latest()
            .or(image::created)
            .orElseGet(() -> host.clock().instant())
            .truncatedTo(ChronoUnit.SECONDS);
    return new Prepared(image, facts, IsoPlanner.plan(request, facts, latest), warnings);
  }

  private static void requireFolders(IsoRequest request) {
    Stream.concat(request.overlays().stream(), request.rootOverlay().stream())
        .filter(folder -> !Files.isDirectory(folder))
        .findFirst()
        .ifPresent(
            folder -> {
              throw new Refused(
                  folder + " is no directory",
                  "name the folder whose files go on the medium, or over the root file system");
            });
  }

  private void requireTools(ImageFacts facts) {
    List<String> missing = TOOLS.keySet().stream().filter(tool -> !host.hasProgram(tool)).toList();
    if (!missing.isEmpty()) {
      throw new Refused(
          "this machine lacks " + String.join(", ", missing),
          "apt-get install "
              + String.join(" ", missing.stream().map(TOOLS::get).distinct().toList()));
    }
    if (facts.bootFiles().biosGrub().isEmpty()
        && !Files.exists(host.resolved(IsoPlanner.HOST_GRUB + "/cdboot.img"))) {
      throw new Refused(
          "neither the image nor this machine has GRUB for PC BIOS", "apt-get install grub-pc-bin");
    }
  }

  /** The compressed root is there twice for a moment, as a file and in the ISO. */
  private void requireSpace(Path output, ImageFacts facts) {
    try {
      Files.createDirectories(output);
    } catch (IOException e) {
      throw new HostFailure("cannot make the folder " + output, e);
    }
    Bytes needed = facts.contentSize().plus(OVERHEAD);
    Bytes free = host.kernel().freeSpace(output);
    if (free.isLessThan(needed)) {
      throw new Refused(
          output + " has " + free + " left, the ISO may need " + needed,
          "make room, or choose another folder with --output");
    }
  }
}
