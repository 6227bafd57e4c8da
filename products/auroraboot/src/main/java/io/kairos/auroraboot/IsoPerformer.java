package io.kairos.auroraboot;

import io.kairos.auroraboot.IsoStep.CopyFile;
import io.kairos.auroraboot.IsoStep.CopyOverlay;
import io.kairos.auroraboot.IsoStep.ExtractFiles;
import io.kairos.auroraboot.IsoStep.MakeBiosImage;
import io.kairos.auroraboot.IsoStep.MakeEfiImage;
import io.kairos.auroraboot.IsoStep.PrepareFolder;
import io.kairos.auroraboot.IsoStep.Publish;
import io.kairos.auroraboot.IsoStep.ReadImage;
import io.kairos.auroraboot.IsoStep.Settle;
import io.kairos.auroraboot.IsoStep.Squash;
import io.kairos.auroraboot.IsoStep.WriteIso;
import io.kairos.auroraboot.IsoStep.WriteText;
import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.images.Digest;
import io.kairos.images.Flattened;
import io.kairos.images.Packer;
import io.kairos.images.RootfsTar;
import io.kairos.plan.Performer;
import io.kairos.plan.StepProgress;
import io.kairos.plan.Undo;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Builds an ISO with the standard tools, as an ordinary user. */
final class IsoPerformer implements Performer<IsoStep> {
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final Duration LONG_DEADLINE = Duration.ofMinutes(60);

  /** 3 instead of 15: a Debian image in 5 instead of 70 seconds of CPU time, and 3 % larger. */
  private static final String COMPRESSION_LEVEL = "3";

  /** With 1M a kernel reads a Debian image in three times the CPU time; it is 3 % smaller then. */
  private static final String BLOCK_SIZE = "128K";

  /** Some firmware refuses smaller FAT file systems. */
  private static final long EFI_GRANULE = 4L << 20;

  /** Same name and number for all our media; firmware tells them apart by device. */
  private static final String EFI_LABEL = "EFI_LIVE";

  private static final String EFI_SERIAL = "4b41524f";

  private final Host host;
  private final SourceImage image;
  private final Path scratch;
  private Optional<Flattened> flattened = Optional.empty();
  private String sha256 = "";

  /**
   * @param scratch folder to which the relative paths of steps belong
   */
  IsoPerformer(Host host, SourceImage image, Path scratch) {
    this.host = host;
    this.image = image;
    this.scratch = scratch;
  }

  /** Of the ISO, in hex, once it is published. */
  String sha256() {
    return sha256;
  }

  @Override
  public Undo perform(IsoStep step, StepProgress progress) {
    try {
      return act(step, progress);
    } catch (IOException e) {
      throw new HostFailure("cannot " + step.summary(), e);
    } catch (UncheckedIOException e) {
      throw new HostFailure("cannot " + step.summary(), e.getCause());
    }
  }

  private Undo act(IsoStep step, StepProgress progress) throws IOException {
    switch (step) {
      case PrepareFolder() -> {
        FileTree.delete(scratch);
        Files.createDirectories(scratch);
        return this::release;
      }
      case ReadImage read -> read(read);
      case ExtractFiles extract -> extract(extract);
      case WriteText(var file, var content) -> {
        Files.createDirectories(at(file).getParent());
        Files.writeString(at(file), content);
      }
      case CopyFile(var from, var to) -> {
        Files.createDirectories(at(to).getParent());
        Files.copy(at(from), at(to), StandardCopyOption.REPLACE_EXISTING);
      }
      case CopyOverlay(var from, var to) -> copyTree(content(at(from)), at(to));
      case MakeBiosImage bios -> makeBiosImage(bios);
      case MakeEfiImage(var tree, var fat, var time) -> makeEfiImage(at(tree), at(fat), time);
      case Squash squash -> squash(squash, progress);
      case Settle(var tree, var time) -> settle(at(tree), time);
      case WriteIso(var tree, var iso, var time) -> writeIso(at(tree), at(iso), time);
      case Publish(var iso, var target, var sbom) -> publish(at(iso), target, sbom);
    }
    return Undo.NOTHING;
  }

  private Path at(Path inPlan) {
    return scratch.resolve(inPlan);
  }

  private void read(ReadImage step) throws IOException {
    Flattened root = image.flatten(at(step.aside()), step.latest());
    if (step.overlay().isPresent()) {
      ReadImage.Overlay over = step.overlay().get();
      try (OutputStream out = Files.newOutputStream(at(over.aside()))) {
        new Packer(host.kernel(), step.latest()).pack(content(over.folder()), Set.of(), out);
      }
      root = root.with(at(over.aside()));
    }
    flattened = Optional.of(root);
  }

  private void extract(ExtractFiles step) throws IOException {
    Map<String, Path> targets = new HashMap<>();
    step.targets().forEach((path, target) -> targets.put(path, at(target)));
    step.folder()
        .ifPresent(
            folder -> {
              for (String name : image.rootfs().list(folder.inImage())) {
                targets.put(folder.inImage() + "/" + name, at(folder.target()).resolve(name));
              }
            });
    for (Path target : targets.values()) {
      Files.createDirectories(target.getParent());
    }
    flattened.orElseThrow().extract(targets);
  }

  private void makeBiosImage(MakeBiosImage step) throws IOException {
    Command mkimage =
        Command.of("grub-mkimage", "--directory", at(step.grub()).toString())
            .with("--format", "i386-pc", "--prefix", "/boot/grub2")
            .with("--output", at(step.core()).toString())
            .with(step.modules().toArray(String[]::new));
    host.run(mkimage.within(DEADLINE));
    Files.createDirectories(at(step.eltorito()).getParent());
    try (OutputStream out = Files.newOutputStream(at(step.eltorito()))) {
      Files.copy(at(step.grub()).resolve("cdboot.img"), out);
      Files.copy(at(step.core()), out);
    }
  }

  private void makeEfiImage(Path tree, Path fat, Instant time) throws IOException {
    long content = 0;
    List<Path> paths = walk(tree);
    for (Path path : paths) {
      content += Files.isRegularFile(path) ? Files.size(path) : 0;
    }
    try (var file = new RandomAccessFile(fat.toFile(), "rw")) {
      file.setLength(content / EFI_GRANULE * EFI_GRANULE + EFI_GRANULE);
    }
    host.run(
        reproducible("mkfs.vfat", time)
            .with("--invariant", "-i", EFI_SERIAL, "-n", EFI_LABEL, fat.toString()));
    for (Path path : paths) {
      String name = "::/" + tree.relativize(path);
      if (path.equals(tree)) {
        continue;
      }
      host.run(
          Files.isDirectory(path)
              ? reproducible("mmd", time).with("-i", fat.toString(), name)
              : reproducible("mcopy", time)
                  .with("-m", "-i", fat.toString(), path.toString(), name));
    }
  }

  private void squash(Squash step, StepProgress progress) {
    var tar = new RootfsTar(flattened.orElseThrow()).clampedTo(step.latest());
    step.removed().forEach(tar::remove);
    step.added().forEach(folder -> tar.addDirectory(folder, modeOf(folder)));
    long total = image.contentSize().count();
    host.run(
        reproducible("mksquashfs", step.latest())
            .with("-", at(step.target()).toString(), "-tar")
            .with("-comp", "zstd", "-Xcompression-level", COMPRESSION_LEVEL, "-b", BLOCK_SIZE)
            .with("-root-mode", "0755", "-root-uid", "0", "-root-gid", "0")
            .with("-no-progress", "-quiet")
            .stdin(out -> tar.writeTo(new CountingStream(out, progress, total)))
            .within(LONG_DEADLINE));
  }

  private static int modeOf(String folder) {
    return switch (folder) {
      case "/proc", "/sys" -> 0555;
      case "/tmp" -> 01777;
      default -> 0755;
    };
  }

  private void writeIso(Path tree, Path iso, Instant time) {
    host.run(
        reproducible("xorriso", time)
            .with("-no_rc", "-volid", "COS_LIVE", "-joliet", "on", "-padding", "0")
            .with("-outdev", iso.toString(), "-map", tree.toString(), "/")
            .with("-chown_r", "0", "/", "--", "-chgrp_r", "0", "/", "--")
            .with("-boot_image", "grub", "bin_path=/boot/eltorito.img")
            .with("-boot_image", "grub", "grub2_mbr=" + tree.resolve("boot/boot_hybrid.img"))
            .with("-boot_image", "grub", "grub2_boot_info=on")
            .with("-boot_image", "any", "partition_offset=16")
            .with("-boot_image", "any", "cat_path=/boot/boot.catalog")
            .with("-boot_image", "any", "cat_hidden=on")
            .with("-boot_image", "any", "boot_info_table=on")
            .with("-boot_image", "any", "platform_id=0x00")
            .with("-boot_image", "any", "emul_type=no_emulation")
            .with("-boot_image", "any", "load_size=2048")
            .with("-boot_image", "any", "next")
            .with("-boot_image", "any", "platform_id=0xef")
            .with("-boot_image", "any", "emul_type=no_emulation")
            .with("-append_partition", "2", "0xef", tree.resolve("boot/uefi.img").toString())
            .with("-boot_image", "any", "efi_path=--interval:appended_partition_2:all::")
            .with("-boot_image", "any", "appended_part_as=gpt")
            .with("-boot_image", "any", "mbr_force_bootable=on")
            .within(LONG_DEADLINE));
  }

  /** Tools that would otherwise write the time, or the time zone, of the build. */
  private static Command reproducible(String tool, Instant time) {
    return Command.of(tool)
        .env("SOURCE_DATE_EPOCH", Long.toString(time.getEpochSecond()))
        .env("TZ", "UTC")
        .within(DEADLINE);
  }

  private void publish(Path iso, Path target, Optional<Path> sbom) throws IOException {
    sha256 = Digest.sha256(iso).hex();
    String name = target.getFileName().toString();
    host.kernel().sync(iso);
    Files.writeString(target.resolveSibling(name + ".sha256"), sha256 + " " + name + "\n");
    if (sbom.isPresent()) {
      Files.copy(sbom.get(), sbomBeside(target), StandardCopyOption.REPLACE_EXISTING);
    }
    Files.move(iso, target, StandardCopyOption.ATOMIC_MOVE);
    host.kernel().sync(target.toAbsolutePath().getParent());
  }

  static Path sbomBeside(Path iso) {
    return iso.resolveSibling(iso.getFileName().toString().replaceFirst("\\.iso$", ".spdx.json"));
  }

  private static void settle(Path tree, Instant time) throws IOException {
    FileTime settled = FileTime.from(time);
    for (Path path : walk(tree).reversed()) {
      if (!Files.isSymbolicLink(path)) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(modeOf(tree, path)));
      }
      Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .setTimes(settled, settled, null);
    }
  }

  private static String modeOf(Path tree, Path path) {
    if (Files.isDirectory(path)) {
      return "rwxr-xr-x";
    }
    boolean isSecret = path.equals(tree.resolve("config.yaml")); // may hold passwords
    return isSecret ? "rw-------" : Files.isExecutable(path) ? "rwxr-xr-x" : "rw-r--r--";
  }

  /**
   * What is in a folder. Volumes of Kubernetes that hold ConfigMaps and Secrets have their files
   * behind a link, in a folder whose name is a time, and links to them in front.
   */
  private static Path content(Path folder) throws IOException {
    Path behind = folder.resolve("..data");
    return Files.isSymbolicLink(behind) ? behind.toRealPath() : folder;
  }

  private static void copyTree(Path from, Path to) throws IOException {
    for (Path path : walk(from)) {
      Path target = to.resolve(from.relativize(path).toString());
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(target);
      } else {
        Files.copy(
            path,
            target,
            LinkOption.NOFOLLOW_LINKS,
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private void release() {
    FileTree.delete(scratch);
  }

  /** Parents before children, siblings sorted. */
  private static List<Path> walk(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      return new ArrayList<>(paths.sorted().toList());
    }
  }

  /** Tells how much has been handed over. */
  private static final class CountingStream extends java.io.FilterOutputStream {
    private static final long REPORT_EVERY = 4L << 20;

    private final StepProgress progress;
    private final long total;
    private long written;
    private long reported;

    CountingStream(OutputStream out, StepProgress progress, long total) {
      super(out);
      this.progress = progress;
      this.total = total;
    }

    @Override
    public void write(int octet) throws IOException {
      out.write(octet);
      count(1);
    }

    @Override
    public void write(byte[] content, int from, int length) throws IOException {
      out.write(content, from, length);
      count(length);
    }

    private void count(int length) {
      written += length;
      if (written - reported >= REPORT_EVERY) {
        reported = written;
        progress.done(Math.min(written, total), total);
      }
    }
  }
}
