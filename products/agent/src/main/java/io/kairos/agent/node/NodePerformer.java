package io.kairos.agent.node;

import io.kairos.agent.Stages;
import io.kairos.agent.bundle.BundleInstaller;
import io.kairos.agent.bundle.Bundles;
import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.boot.BootStep;
import io.kairos.boot.SystemRecord;
import io.kairos.boot.SystemRecords;
import io.kairos.formats.osrelease.KairosRelease;
import io.kairos.formats.osrelease.OsRelease;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.images.Digest;
import io.kairos.images.RegistryAccess;
import io.kairos.images.UnpackOptions;
import io.kairos.images.Unpacker;
import io.kairos.plan.Performer;
import io.kairos.plan.StepProgress;
import io.kairos.plan.Undo;
import io.kairos.storage.DiskStep;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Does what {@link NodeStep}s say. */
public final class NodePerformer implements Performer<NodeStep> {
  private static final System.Logger LOG = System.getLogger(NodePerformer.class.getName());
  private static final Duration HOOK_DEADLINE = Duration.ofHours(1);
  private static final String SECRET_CONFIG = "rw-r-----";
  private static final String READ_ONLY = "r--------";

  /** What the boot menu loads, and what tells whose system it is. */
  private static final List<String> BOOT_FILES =
      List.of("/boot/vmlinuz", "/boot/initrd", "/etc/os-release", "/etc/cos/bootargs.cfg");

  /** Folders that must exist because the root is read-only later, with their modes. */
  private static final List<Map.Entry<String, String>> SYSTEM_FOLDERS =
      List.of(
          Map.entry("run", "rwxr-xr-x"),
          Map.entry("dev", "rwxr-xr-x"),
          Map.entry("boot", "rwxr-xr-x"),
          Map.entry("usr/local", "rwxr-xr-x"),
          Map.entry("oem", "rwxr-xr-x"),
          Map.entry("proc", "r-xr-xr-x"),
          Map.entry("sys", "r-xr-xr-x"));

  private final Host host;
  private final Function<Path, Host> roots;
  private final Performer<DiskStep> disks;
  private final Performer<BootStep> boot;
  private final Stages stages;
  private final DurableFile durable;

  public NodePerformer(
      Host host,
      Function<Path, Host> roots,
      Performer<DiskStep> disks,
      Performer<BootStep> boot,
      Stages stages) {
    this.host = host;
    this.roots = roots;
    this.disks = disks;
    this.boot = boot;
    this.stages = stages;
    this.durable = new DurableFile(host.kernel());
  }

  @Override
  public Undo perform(NodeStep step, StepProgress progress) {
    switch (step) {
      case NodeStep.OnDisk(var onDisk) -> {
        return disks.perform(onDisk, progress);
      }
      case NodeStep.OnBoot(var onBoot) -> {
        return boot.perform(onBoot, progress);
      }
      case NodeStep.RunStage(String stage, var sources) -> stages.run(stage, host, sources);
      case NodeStep.RunStageInImage(String stage, var image, var binds) ->
          runStageInImage(stage, image, binds);
      case NodeStep.RunHookProgram(var program) -> runHookProgram(program);
      case NodeStep.HeedVeto(var file) -> heedVeto(file);
      case NodeStep.MarkUnfinished(var marker) ->
          durable.write(marker, host.clock().instant() + "\n", "rw-r--r--");
      case NodeStep.MarkFinished(var marker) -> {
        host.kernel().sync();
        durable.delete(marker);
      }
      case NodeStep.MakeSystemFolders(var image) -> makeSystemFolders(image);
      case NodeStep.MakeExtraFolders(var image, var folders) ->
          folders.forEach(folder -> makeFolder(below(image, folder)));
      case NodeStep.CheckSystem(var image) -> checkSystem(image);
      case NodeStep.CopyCloudConfig(var from, var to) ->
          durable.write(to, read(from), SECRET_CONFIG);
      case NodeStep.RelabelForSelinux(var image) -> relabel(image);
      case NodeStep.WriteCustomMounts(var oem, var bind, var ephemeral) ->
          durable.write(
              oem.resolve(CustomMounts.FILE), new CustomMounts(bind, ephemeral).yaml(), READ_ONLY);
      case NodeStep.InstallBundles(var bundles, var oem, var persistent) ->
          installBundles(bundles, oem, persistent, progress);
      case NodeStep.WriteSshHardening(var oem) ->
          durable.write(
              oem.resolve("10_ssh_hardening.yaml"), resource("10_ssh_hardening.yaml"), READ_ONLY);
      case NodeStep.CopyLogs(var persistent) -> copyLogs(persistent);
      case NodeStep.CarryDiary(var from, var to) -> carryDiary(from, to);
      case NodeStep.RecordInDiary(var event, var persistent, String source) ->
          record(event, persistent.resolve(NodeDiary.FILE), source);
      case NodeStep.Fetch(var source, var store) ->
          throw new IllegalStateException(source + " is fetched to " + store + " by its owner");
      case NodeStep.DeleteStore(var store) -> FileTree.delete(store);
      case NodeStep.Unpack(SystemSource.Image image, var at) ->
          new Unpacker(host.kernel(), UnpackOptions.ROOT_FILE_SYSTEM).unpack(image.root(), at);
      case NodeStep.Unpack(var unseen, _) ->
          throw new IllegalStateException(unseen.text() + " is not here yet");
      case NodeStep.LeaveOut(var image, var patterns) -> new LeftOut(patterns).removeFrom(image);
      case NodeStep.RecordSystem(var images, String image, var at, var source) ->
          new SystemRecords(host.kernel(), images)
              .put(
                  image,
                  SystemRecord.of(
                      source.text(), digest(source), version(at), host.clock().instant()));
      case NodeStep.RecordVerdict(var images, String image, var failure) -> {
        Instant now = host.clock().instant();
        new SystemRecords(host.kernel(), images)
            .change(
                image,
                record ->
                    failure
                        .map(reason -> record.failed(now, reason))
                        .orElseGet(() -> record.passed(now)));
      }
      case NodeStep.EjectOnShutdown() ->
          durable.write(
              host.path("/usr/lib/systemd/system-shutdown/eject"),
              new String(resource("eject.sh"), StandardCharsets.UTF_8),
              "rwxr--r--");
    }
    return Undo.NOTHING;
  }

  /** The stage sees the devices of this machine and the target's own partitions. */
  private void runStageInImage(String stage, Path image, Map<String, Path> binds) {
    Map<Path, Path> all = new LinkedHashMap<>();
    for (String name : List.of("/dev", "/dev/pts", "/proc", "/sys")) {
      all.put(below(image, name), host.path(name));
    }
    binds.forEach((at, what) -> all.put(below(image, at), what));
    with(all, () -> stages.run(stage, roots.apply(image), List.of()));
  }

  /** What bundles write to the extensions of this system is for those of the new one. */
  private void installBundles(Bundles bundles, Path oem, Path persistent, StepProgress progress) {
    Path extensions = host.resolved("/var/lib/extensions");
    Path kept = persistent.resolve(".state/var-lib-extensions.bind");
    makeFolder(extensions);
    makeFolder(kept);
    copy(extensions, kept);
    Map<Path, Path> binds = new LinkedHashMap<>();
    binds.put(host.resolved("/oem"), oem);
    binds.put(host.resolved("/usr/local"), persistent);
    binds.put(extensions, kept);
    RegistryAccess registries =
        RegistryAccess.of(host, System.getenv())
            .allowingInsecure(bundles.allowsInsecureRegistries());
    with(binds, () -> new BundleInstaller(host, registries, progress).install(bundles));
  }

  /**
   * Binds folders, and releases them however it ends.
   *
   * @param binds what is to be seen, by where; in this order
   */
  private void with(Map<Path, Path> binds, Runnable work) {
    Deque<Path> mounted = new ArrayDeque<>();
    RuntimeException failure = null;
    try {
      binds.forEach((at, what) -> bind(what, at, mounted));
      work.run();
    } catch (RuntimeException e) {
      failure = e;
    }
    while (!mounted.isEmpty()) {
      try {
        host.kernel().unmount(mounted.pop());
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void bind(Path what, Path at, Deque<Path> mounted) {
    makeFolder(at);
    host.kernel().mount(what.toString(), at, "", Set.of(Kernel.MountFlag.BIND), "");
    mounted.push(at);
  }

  private void runHookProgram(Path program) {
    if (host.hasProgram(program.toString())) {
      host.run(Command.of(program.toString()).interactive().within(HOOK_DEADLINE));
    }
  }

  private static void heedVeto(Path file) {
    if (Files.exists(file)) {
      throw HostFailure.withRemedy(
          "Installation failed: " + new String(read(file), StandardCharsets.UTF_8).strip(),
          "mend what a hook of the before-install stage complains about, then remove " + file);
    }
  }

  private void makeSystemFolders(Path image) {
    for (Map.Entry<String, String> folder : SYSTEM_FOLDERS) {
      makeFolder(below(image, "/" + folder.getKey()), folder.getValue());
    }
    Path tmp = below(image, "/tmp");
    makeFolder(tmp);
    try {
      Files.setAttribute(tmp, "unix:mode", 01777);
    } catch (IOException e) {
      throw new HostFailure("cannot make " + tmp + " writable for everybody", e);
    }
  }

  private void carryDiary(Path from, Path to) {
    Path diary = from.resolve(NodeDiary.FILE);
    if (Files.exists(diary)) {
      durable.write(to.resolve(NodeDiary.FILE), read(diary), "rw-r--r--");
    }
  }

  /** A diary that nobody can read is kept aside. */
  private void record(NodeDiary.Event event, Path file, String source) {
    NodeDiary before = NodeDiary.EMPTY;
    if (Files.exists(file)) {
      try {
        before = NodeDiary.parse(new String(read(file), StandardCharsets.UTF_8));
      } catch (InvalidConfig e) {
        LOG.log(System.Logger.Level.WARNING, "{0}; it is kept as {1}.bak", e.getMessage(), file);
        durable.rename(file, file.resolveSibling(NodeDiary.FILE + ".bak"));
      }
    }
    durable.write(file, before.with(event, host.clock().instant(), source).yaml(), "rw-r--r--");
  }

  private static Optional<String> digest(SystemSource source) {
    return source instanceof SystemSource.Image image
        ? image.digest().map(Digest::toString)
        : Optional.empty();
  }

  /** As the system calls itself; one that is no Kairos system may have none. */
  private Optional<String> version(Path image) {
    Path release = below(image, KairosRelease.KAIROS_FILE);
    if (!Files.exists(release)) {
      return Optional.empty();
    }
    var file =
        OsRelease.parse(release.toString(), new String(read(release), StandardCharsets.UTF_8));
    return new KairosRelease(Optional.of(file), Optional.empty()).find("VERSION");
  }

  private void checkSystem(Path image) {
    for (String file : BOOT_FILES) {
      Path real = below(image, file);
      if (!Files.isRegularFile(real) || isEmpty(real)) {
        throw HostFailure.withRemedy(
            "the new system has no " + file, "take an image that kairos validate accepts");
      }
    }
  }

  private static boolean isEmpty(Path file) {
    try {
      return Files.size(file) == 0;
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  private void relabel(Path image) {
    if (!host.hasProgram("setfiles")) {
      LOG.log(System.Logger.Level.INFO, "{0} is not labelled: no setfiles here", image);
      return;
    }
    try (var policies = Files.newDirectoryStream(image.resolve("etc/selinux/targeted/policy"))) {
      var policy = policies.iterator();
      if (policy.hasNext()) {
        host.run(
            Command.of(
                    "setfiles",
                    "-c",
                    policy.next().toString(),
                    "-F",
                    "-r",
                    image.toString(),
                    image.resolve("etc/selinux/targeted/contexts/files/file_contexts").toString(),
                    image.toString())
                .within(Duration.ofMinutes(10)));
      }
    } catch (IOException e) {
      throw new HostFailure("cannot read the SELinux policy of " + image, e);
    }
  }

  private void copyLogs(Path persistent) {
    Path target = persistent.resolve(".state/var-log.bind");
    makeFolder(target);
    copy(host.path("/var/log"), target);
  }

  private void copy(Path folder, Path over) {
    host.run(
        Command.of(
                "cp",
                "--archive",
                "--no-target-directory",
                "--",
                folder.toString(),
                over.toString())
            .within(Duration.ofMinutes(5)));
  }

  private Path below(Path image, String absolute) {
    return roots.apply(image).resolved(absolute);
  }

  private static void makeFolder(Path folder) {
    makeFolder(folder, "rwxr-xr-x");
  }

  private static void makeFolder(Path folder, String mode) {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
      }
    } catch (IOException e) {
      throw new HostFailure("cannot create " + folder, e);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = NodePerformer.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("resource " + name + " cannot be read", e);
    }
  }
}
