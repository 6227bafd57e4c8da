package io.kairos.convert;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.osrelease.OsRelease;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.images.Flattened;
import io.kairos.images.ImageBuilder;
import io.kairos.images.OciLayout;
import io.kairos.images.Platform;
import io.kairos.images.UnpackOptions;
import io.kairos.images.Unpacker;
import io.kairos.plan.Performer;
import io.kairos.plan.StepProgress;
import io.kairos.plan.Undo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Acts, decides nothing. */
final class ConvertPerformer implements Performer<ConvertStep> {
  private static final Duration TRANSACTION = Duration.ofMinutes(45);
  private static final Duration INITRAMFS = Duration.ofMinutes(15);
  private static final Duration SHORT = Duration.ofMinutes(3);

  private final Host machine;
  private final Function<Path, Host> hostAt;
  private final InRoot inRoot;
  private final Instant epoch;
  private final Instant baseDate;

  /**
   * @param hostAt the machine with another root
   * @param epoch no file of the image is newer
   * @param baseDate no file of a bootstrapped root is newer
   */
  ConvertPerformer(
      Host machine, Function<Path, Host> hostAt, InRoot inRoot, Instant epoch, Instant baseDate) {
    this.machine = machine;
    this.hostAt = hostAt;
    this.inRoot = inRoot;
    this.epoch = epoch;
    this.baseDate = baseDate;
  }

  @Override
  public Undo perform(ConvertStep step, StepProgress progress) {
    try {
      return switch (step) {
        case ConvertStep.Bootstrap bootstrap -> bootstrap(bootstrap, progress);
        case ConvertStep.UnpackArchive(var archive, var root) -> unpack(archive, root);
        case ConvertStep.CopyDirectory(var from, var root) -> copy(from, root);
        case ConvertStep.UnpackImage(var layout, var root) -> {
          FileTree.delete(root);
          new Unpacker(machine.kernel(), UnpackOptions.ROOT_FILE_SYSTEM)
              .unpack(Flattened.of(OciLayout.open(layout).image()), root);
          yield Undo.NOTHING;
        }
        case ConvertStep.InstallPackages install -> install(install, progress);
        case ConvertStep.WriteFramework write -> write(write);
        case ConvertStep.InstallRuntime(var from, var root) -> installRuntime(from, root);
        case ConvertStep.WriteRelease(var root, var values) -> writeRelease(root, values);
        case ConvertStep.LinkKernel(var root, var kernel) -> linkKernel(root, kernel);
        case ConvertStep.BuildInitramfs build -> buildInitramfs(build, progress);
        case ConvertStep.SetServices(var root, var services) ->
            setServices(root, services, progress);
        case ConvertStep.FilterModuli(var root) -> filterModuli(root);
        case ConvertStep.CleanUp(var root, var kept) -> {
          CleanUpRules.shipped().apply(hostAt.apply(root), kept);
          yield Undo.NOTHING;
        }
        case ConvertStep.Validate(var root, var mounted) -> validate(root, mounted);
        case ConvertStep.Pack pack -> pack(pack);
      };
    } catch (IOException e) {
      throw new HostFailure(step.summary() + " failed", e);
    }
  }

  private Undo bootstrap(ConvertStep.Bootstrap step, StepProgress progress) throws IOException {
    Path directory = step.archive().getParent();
    Path scratch = directory.resolve("scratch");
    FileTree.delete(scratch); // of a bootstrap that was killed
    Files.createDirectories(scratch);
    Path sources = directory.resolve("distribution.sources");
    Files.writeString(sources, AptSources.render(step.repositories(), step.keyring()));
    Path hook = directory.resolve("package-digests.sh");
    Files.write(hook, Resources.bytes("scripts/package-digests.sh"));
    Path partial = scratch.resolve("root.tar");
    try {
      machine.run(
          mmdebstrap(step, hook, sources, partial)
              .inheritingEnvironment()
              .env("INITRD", "No") // no throw-away initrd (Debian kernel handbook, 4)
              .env("SOURCE_DATE_EPOCH", Long.toString(baseDate.getEpochSecond()))
              .env("TMPDIR", scratch.toString())
              .within(TRANSACTION)
              .eachLine(progress::detail));
      Files.move(partial, step.archive(), StandardCopyOption.ATOMIC_MOVE);
    } catch (HostFailure e) {
      throw BootstrapFailure.explained(step.distro(), scratch, e);
    } finally {
      FileTree.delete(scratch);
    }
    return Undo.NOTHING;
  }

  /**
   * In namespaces of its own, so that what it mounts is gone with it, however it ends; and in a
   * session of its own, because when it fails it sends SIGHUP to its whole process group.
   */
  private static Command mmdebstrap(
      ConvertStep.Bootstrap step, Path hook, Path sources, Path target) {
    return Command.of(
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "setsid",
        "--wait",
        "mmdebstrap",
        "--mode=root",
        "--variant=minbase",
        "--format=tar",
        "--architectures=" + step.architecture(),
        "--include=" + String.join(",", step.packages()),
        "--aptopt=Acquire::Languages \"none\"",
        "--aptopt=Acquire::Retries \"3\"",
        "--dpkgopt=force-unsafe-io",
        "--customize-hook=sh " + hook + " \"$1\" " + ImageInventory.digestsBeside(step.archive()),
        "--customize-hook=mv \"$1\"/etc/apt/sources.list.d/*distribution.sources"
            + " \"$1\"/etc/apt/sources.list.d/"
            + AptSources.FILE,
        "--customize-hook=" + CleanUpRules.shipped().asHook(),
        "--skip=output/dev",
        "", // the suite is in the sources
        target.toString(),
        sources.toString());
  }

  private Undo unpack(Path archive, Path root) throws IOException {
    FileTree.delete(root);
    Files.createDirectories(root);
    machine.run(
        Command.of(
                "tar",
                "--extract",
                "--file=" + archive,
                "--directory=" + root,
                "--numeric-owner",
                "--same-permissions",
                "--xattrs",
                "--xattrs-include=*",
                "--exclude=./dev/*")
            .within(Duration.ofMinutes(10)));
    return Undo.NOTHING;
  }

  private Undo copy(Path from, Path root) throws IOException {
    FileTree.delete(root);
    Files.createDirectories(root);
    // Keeps hard links, attributes and capabilities, which the JDK's copy does not.
    machine.run(
        Command.of(
                "cp",
                "--archive",
                "--one-file-system",
                "--reflink=auto",
                from + "/.",
                root.toString())
            .within(Duration.ofMinutes(30)));
    return Undo.NOTHING;
  }

  private Undo install(ConvertStep.InstallPackages step, StepProgress progress) throws IOException {
    if (!step.manager().equals("apt")) {
      throw new Refused(
          "packages of this distribution are managed with " + step.manager(),
          "use apt-based roots");
    }
    Host root = hostAt.apply(step.root());
    Path policy = root.resolved("/usr/sbin/policy-rc.d");
    Files.writeString(policy, "#!/bin/sh\nexit 101\n");
    setMode(policy, 0755);
    inRoot.run(step.root(), progress, TRANSACTION, "apt-get", "--quiet", "update");
    var argv =
        new ArrayList<>(
            List.of(
                "apt-get",
                "--quiet",
                "--yes",
                "--no-install-recommends",
                "--option=Dpkg::Options::=--force-unsafe-io",
                "--option=Dpkg::Options::=--force-confold",
                "install"));
    argv.addAll(step.packages());
    inRoot.run(step.root(), progress, TRANSACTION, argv.toArray(String[]::new));
    return Undo.NOTHING;
  }

  private Undo write(ConvertStep.WriteFramework step) throws IOException {
    Host root = hostAt.apply(step.root());
    for (Framework.Directory directory : step.group().directories()) {
      Path real = root.resolved(directory.path());
      createDirectories(real);
      setMode(real, directory.mode());
    }
    for (Framework.File file : step.group().files()) {
      Path real = root.path(file.path());
      createDirectories(real.getParent());
      Files.deleteIfExists(real); // a link would lead elsewhere
      Files.write(real, replaced(file.content(), step.replacements()));
      setMode(real, file.mode());
    }
    for (Framework.Link link : step.group().links()) {
      Path real = root.path(link.path());
      createDirectories(real.getParent());
      Files.deleteIfExists(real);
      Files.createSymbolicLink(real, Path.of(link.target()));
    }
    return Undo.NOTHING;
  }

  private static byte[] replaced(byte[] content, Map<String, String> replacements) {
    String text = new String(content, StandardCharsets.UTF_8);
    for (Map.Entry<String, String> replacement : replacements.entrySet()) {
      text = text.replace("@" + replacement.getKey() + "@", replacement.getValue());
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Undo installRuntime(Path from, Path root) throws IOException {
    Host host = hostAt.apply(root);
    Path target = host.resolved("/usr/lib/kairos");
    FileTree.delete(target);
    Trees.copy(machine.kernel(), from, target);
    Path launcher = host.path("/usr/bin/kairos");
    Files.deleteIfExists(launcher);
    Files.copy(
        from.resolve("bin/kairos"),
        launcher,
        StandardCopyOption.COPY_ATTRIBUTES,
        LinkOption.NOFOLLOW_LINKS);
    machine.kernel().changeOwner(launcher, 0, 0);
    setMode(launcher, 0755);
    return Undo.NOTHING;
  }

  private Undo writeRelease(Path root, Map<String, String> values) throws IOException {
    Path file = hostAt.apply(root).resolved("/etc/kairos-release");
    OsRelease before =
        Files.exists(file)
            ? OsRelease.parse("/etc/kairos-release", Files.readString(file))
            : new OsRelease(Map.of());
    Files.writeString(file, before.with(values).render());
    setMode(file, 0644);
    return Undo.NOTHING;
  }

  private Undo linkKernel(Path root, String kernel) throws IOException {
    Path link = hostAt.apply(root).path("/boot/vmlinuz");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of("/boot/vmlinuz-" + kernel));
    return Undo.NOTHING;
  }

  private Undo buildInitramfs(ConvertStep.BuildInitramfs step, StepProgress progress)
      throws IOException {
    Path root = step.root();
    Host host = hostAt.apply(root);
    // With --reproducible, dracut gives every file that is newer than this one its time. Ours keep
    // theirs, because the run-time's class archive knows the times of its jars.
    Files.setLastModifiedTime(
        host.resolved("/usr/lib/dracut/dracut-functions.sh"), FileTime.from(epoch));
    inRoot.run(root, progress, SHORT, "depmod", "-a", step.kernel());
    var argv = new ArrayList<>(List.of("dracut", "--force", "--no-hostonly", "--reproducible"));
    Path over = host.resolved("/tmp").resolve("kairos-initramfs");
    if (step.ownHosts()) {
      Path hosts = over.resolve("etc/hosts");
      createDirectories(hosts.getParent());
      Files.write(hosts, Resources.bytes("rootfs/etc/hosts"));
      setMode(hosts, 0644);
      argv.addAll(List.of("--include", over.toString(), "/")); // a file would not replace one
    }
    argv.addAll(List.of("--kver", step.kernel(), "/boot/initrd"));
    try {
      inRoot.run(root, progress, INITRAMFS, argv.toArray(String[]::new));
    } finally {
      FileTree.delete(over);
    }
    setMode(host.path("/boot/initrd"), 0644); // it holds no secret, and builders are not root
    return Undo.NOTHING;
  }

  private Undo setServices(Path root, DistroDescriptor.Services services, StepProgress progress) {
    systemctl(root, "disable", services.disable(), progress);
    systemctl(root, "enable", services.enable(), progress);
    systemctl(root, "mask", services.mask(), progress);
    return Undo.NOTHING;
  }

  private void systemctl(Path root, String verb, List<String> units, StepProgress progress) {
    if (units.isEmpty()) {
      return;
    }
    var argv = new ArrayList<>(List.of("systemctl", "--quiet", verb));
    argv.addAll(units);
    inRoot.run(root, progress, SHORT, argv.toArray(String[]::new));
  }

  private Undo filterModuli(Path root) throws IOException {
    Path file = hostAt.apply(root).resolved("/etc/ssh/moduli");
    if (!Files.exists(file)) {
      return Undo.NOTHING;
    }
    List<String> strong = Files.readAllLines(file).stream().filter(Moduli::isStrong).toList();
    if (strong.stream().anyMatch(line -> !line.startsWith("#"))) {
      Path aside = file.resolveSibling("moduli.new");
      Files.write(aside, strong);
      setMode(aside, 0644);
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return Undo.NOTHING;
  }

  private Undo validate(Path root, Set<String> mounted) {
    List<Validation.Finding> failures =
        Validation.of(machine, hostAt.apply(root)).without(mounted).check().stream()
            .filter(finding -> finding.verdict() == Validation.Verdict.FAIL)
            .toList();
    if (!failures.isEmpty()) {
      throw new HostFailure(
          "the result is no Kairos image:\n"
              + String.join("\n", failures.stream().map(Validation.Finding::render).toList()));
    }
    return Undo.NOTHING;
  }

  private Undo pack(ConvertStep.Pack step) throws IOException {
    try (ImageBuilder image =
        ImageBuilder.to(
            step.output(),
            Platform.linux(step.architecture()),
            epoch,
            step.compression(),
            machine.kernel())) {
      String createdBy = "kairos convert " + step.source();
      switch (step.base()) {
        case ConvertStep.BaseLayer.None none -> image.addTree(step.root(), Set.of(), createdBy);
        case ConvertStep.BaseLayer.Archive(var archive, var before) -> {
          image.addTar(archive, "bootstrap " + step.source());
          image.addChanges(before, step.root(), Set.of(), createdBy);
        }
        case ConvertStep.BaseLayer.Image(var layout, var before) -> {
          image.base(OciLayout.open(layout).image());
          image.addChanges(before, step.root(), Set.of(), createdBy);
        }
      }
      step.labels()
          .forEach(
              (name, value) -> {
                image.label(name, value);
                image.annotation(name, value);
              });
      image.name(step.name());
      image.commit();
    }
    return Undo.NOTHING;
  }

  private static void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    createDirectories(directory.getParent());
    Files.createDirectory(directory);
    setMode(directory, 0755);
  }

  private static void setMode(Path path, int mode) throws IOException {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    String[] letters = {"---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"};
    permissions.addAll(
        PosixFilePermissions.fromString(
            letters[mode >> 6 & 7] + letters[mode >> 3 & 7] + letters[mode & 7]));
    Files.setPosixFilePermissions(path, permissions);
  }

  /** Lines of moduli(5). */
  private static final class Moduli {
    private static final int SIZE_COLUMN = 4;

    private static boolean isStrong(String line) {
      String[] columns = line.strip().split("\\s+");
      return line.startsWith("#")
          || (columns.length > SIZE_COLUMN && Integer.parseInt(columns[SIZE_COLUMN]) >= 2047);
    }
  }
}
