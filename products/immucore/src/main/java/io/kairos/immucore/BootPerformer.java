package io.kairos.immucore;

import io.kairos.base.HostFailure;
import io.kairos.boot.BootState;
import io.kairos.boot.ExtensionKind;
import io.kairos.boot.ExtensionProfile;
import io.kairos.boot.Sentinel;
import io.kairos.formats.dotenv.DotEnv;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.host.Kernel.MountFlag;
import io.kairos.plan.GraphApplier.NotApplicable;
import io.kairos.storage.Disk;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Makes the mounts of a boot. One instance serves one boot. */
final class BootPerformer {
  static final String STATE_MOUNT = "/run/initramfs/cos-state";
  private static final String NEW_ROOT = "/sysroot";
  private static final String OS_RELEASE = "/etc/os-release";
  private static final String BASE_OVERLAY = "/run/overlay";
  private static final String DEFAULT_OVERLAY = "tmpfs:20%";
  private static final Duration FSCK_DEADLINE = Duration.ofMinutes(30);

  /** How often we look for a root that dracut mounts; mounts give no event that the JDK hears. */
  private static final Duration ROOT_POLL = Duration.ofMillis(100);

  private final BootRequest request;
  private final Host initramfs;
  private final Host newRoot;
  private final StageRuns stages;
  private final Predicate<Disk> keepsState;
  private final BootReport report;
  private final Fstab fstab = new Fstab();

  /** Written by one step, read by those that need it. */
  private volatile Path rootDevice;

  private volatile Layout layout;

  /** Devices that are known better than by the labels of their file systems. */
  private volatile Map<String, Path> devices = Map.of();

  /**
   * @param keepsState disks on which a system in memory may keep its state
   */
  BootPerformer(
      BootRequest request,
      Host initramfs,
      Host newRoot,
      StageRuns stages,
      Predicate<Disk> keepsState,
      BootReport report) {
    this.keepsState = keepsState;
    this.request = request;
    this.initramfs = initramfs;
    this.newRoot = newRoot;
    this.stages = stages;
    this.report = report;
  }

  void perform(String id, BootStep step) {
    try {
      switch (step) {
        case BootStep.CreateSentinel(var state, var inRam) -> createSentinel(state, inRam);
        case BootStep.EnsurePartitions(var wanted) ->
            devices =
                new RamPartitions(initramfs, wanted, keepsState, (_, line) -> report.detail(line))
                    .ensure();
        case BootStep.ActivateLvm() -> activateLvm();
        case BootStep.MountState(var label, var writable, var deadline) ->
            mountState(label, writable, deadline);
        case BootStep.AttachImage(var file, var writable) -> attachImage(file, writable);
        case BootStep.MountRoot(var writable) -> mountRoot(writable);
        case BootStep.AwaitRoot(var deadline) -> awaitRoot(deadline);
        case BootStep.MountTmp() -> mountTmp();
        case BootStep.MountOem(var label, var deadline) -> mountOem(label, deadline);
        case BootStep.RunStage(var stage, var inNewRoot) -> runStage(id, stage, inNewRoot);
        case BootStep.LoadLayout(var state) ->
            loadLayout(state == BootState.ACTIVE || state == BootState.PASSIVE);
        case BootStep.MountBaseOverlay() -> mountBaseOverlay();
        case BootStep.MountVolumes(var deadline) -> mountVolumes(deadline);
        case BootStep.MountOverlays() -> mountOverlays(id);
        case BootStep.BindPersistentPaths() -> bindPersistentPaths(id);
        case BootStep.WriteFstab() -> writeFstab();
        case BootStep.LinkExtensions(var state) -> linkExtensions(id, state);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new HostFailure(step.summary(), e);
    }
  }

  private void createSentinel(BootState state, boolean inRam) throws IOException {
    Files.createDirectories(initramfs.path(Sentinel.FOLDER));
    Files.writeString(initramfs.path(Sentinel.of(state).path()), "1");
    if (inRam) {
      Files.writeString(initramfs.path(Sentinel.IN_RAM_MODE.path()), "1");
    }
  }

  private void activateLvm() throws IOException {
    if (!initramfs.hasProgram("lvm")) {
      throw new NotApplicable("no lvm in the initramfs");
    }
    // Its locking defaults would give read-only volumes here.
    Files.deleteIfExists(initramfs.path("/etc/lvm/lvm.conf"));
    initramfs.run(Command.of("lvm", "vgchange", "--activate", "y", "--sysinit"));
  }

  private void mountState(String label, boolean writable, Duration deadline) throws IOException {
    Path device = DeviceWait.until(byLabel(label), deadline);
    Path target = Files.createDirectories(initramfs.path(STATE_MOUNT));
    if (isMounted(target)) {
      return;
    }
    if (writable || isCheckForced()) {
      check(device);
    }
    String type = type(device);
    kernel().mount(device.toString(), target, type, access(writable), "");
    fstab.add(
        Fstab.Group.STATE, byLabel(label).toString(), STATE_MOUNT, type, writable ? "rw" : "ro");
  }

  private void attachImage(String file, boolean writable) {
    Path image = initramfs.path(STATE_MOUNT + "/" + file.replaceFirst("^/+", ""));
    if (!Files.exists(image)) {
      throw new HostFailure("the image " + file + " is not on the images partition");
    }
    if (writable || isCheckForced()) {
      check(image);
    }
    rootDevice = kernel().attachLoop(image, !writable);
  }

  private void mountRoot(boolean writable) throws IOException {
    Path target = Files.createDirectories(initramfs.path(NEW_ROOT));
    String type = type(rootDevice);
    // systemd's sysroot.mount may have been faster, once udev had named the loop device.
    if (!isMounted(target)) {
      try {
        kernel().mount(rootDevice.toString(), target, type, access(writable), "");
      } catch (HostFailure e) {
        if (!isMounted(target)) {
          throw e;
        }
      }
    }
    String label =
        switch (request.state()) {
          case ACTIVE -> "COS_ACTIVE";
          case PASSIVE -> "COS_PASSIVE";
          default -> "COS_SYSTEM";
        };
    fstab.add(
        Fstab.Group.ROOT,
        byLabel(label).toString(),
        "/",
        type,
        (writable ? "rw" : "ro") + ",suid,dev,exec,async");
  }

  private void awaitRoot(Duration deadline) {
    long end = System.nanoTime() + deadline.toNanos();
    while (!(isMounted(initramfs.path(NEW_ROOT))
        && Files.isDirectory(initramfs.path(NEW_ROOT + "/system")))) {
      if (System.nanoTime() > end) {
        throw new HostFailure(
            "timeout exhausted: no live root on "
                + NEW_ROOT
                + " within "
                + deadline.toSeconds()
                + " s");
      }
      try {
        Thread.sleep(ROOT_POLL);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new HostFailure("interrupted while waiting for the live root", e);
      }
    }
  }

  private void mountTmp() throws IOException {
    Path target = newRoot.path("/tmp");
    if (!isMounted(target)) {
      kernel()
          .mount(
              "tmpfs",
              target,
              "tmpfs",
              EnumSet.of(MountFlag.NO_SUID, MountFlag.NO_DEV),
              "mode=1777");
    }
    fstab.add(Fstab.Group.TMP, "tmpfs", "/tmp", "tmpfs", "rw");
  }

  private void mountOem(String label, Duration deadline) {
    Path device = DeviceWait.until(labelled(label), deadline);
    check(device);
    String type = type(device);
    Path target = newRoot.path("/oem");
    if (!isMounted(target)) {
      kernel().mount(device.toString(), target, type, Set.of(), "");
    }
    fstab.add(Fstab.Group.OEM, byLabel(label).toString(), "/oem", type, "rw,suid,dev,exec,async");
  }

  private void runStage(String id, String stage, boolean inNewRoot) throws IOException {
    List<String> problems;
    if (inNewRoot) {
      var binds = bindKernelTrees();
      try {
        problems = stages.run(stage, newRoot, report::detail);
      } finally {
        for (Path bind : binds.reversed()) {
          kernel().detach(bind);
        }
      }
    } else {
      link("/system", NEW_ROOT + "/system");
      link("/oem", NEW_ROOT + "/oem");
      tellSystem();
      problems = stages.run(stage, initramfs, report::detail);
    }
    problems.forEach(problem -> report.degraded(id, problem));
  }

  /** Stage files name {@code /system/oem} and {@code /oem} wherever they run. */
  private void link(String from, String to) throws IOException {
    Path path = initramfs.path(from);
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.createSymbolicLink(path, Path.of(to));
    }
  }

  /** That of an initramfs is of the tool that made it, but steps ask which system they are for. */
  private void tellSystem() throws IOException {
    Path release = newRoot.resolved(OS_RELEASE);
    if (Files.exists(release)) {
      Path here = initramfs.path(OS_RELEASE);
      Files.createDirectories(here.getParent());
      Files.deleteIfExists(here);
      Files.createSymbolicLink(
          here, Path.of(NEW_ROOT).resolve(newRoot.path("/").relativize(release)));
    }
  }

  private List<Path> bindKernelTrees() {
    List<Path> made = new ArrayList<>();
    for (String tree : List.of("/sys", "/proc", "/dev", "/run")) {
      Path source = initramfs.path(tree);
      Path target = newRoot.path(tree);
      if (!Files.isDirectory(source) || !Files.isDirectory(target)) {
        continue;
      }
      kernel()
          .mount(
              source.toString(), target, "", EnumSet.of(MountFlag.BIND, MountFlag.RECURSIVE), "");
      made.add(target);
      // Otherwise detaching it would take the originals along.
      kernel().mount("", target, "", EnumSet.of(MountFlag.PRIVATE, MountFlag.RECURSIVE), "");
    }
    return made;
  }

  private void loadLayout(boolean keepsState) throws IOException {
    DotEnv main = env("/run/cos/cos-layout.env");
    if (main.variables().isEmpty() && keepsState) {
      report.degraded(
          "load-config", "stage rootfs left no /run/cos/cos-layout.env: using the default layout");
      try (InputStream in = BootPerformer.class.getResourceAsStream("default-layout.env")) {
        main = DotEnv.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    layout =
        Layout.of(
            main,
            keepsState ? env("/run/cos/extra-layout.env") : DotEnv.parse(""),
            keepsState ? env("/run/cos/custom-layout.env") : DotEnv.parse(""));
  }

  private DotEnv env(String path) throws IOException {
    Path file = initramfs.path(path);
    return DotEnv.parse(Files.exists(file) ? Files.readString(file) : "");
  }

  private void mountBaseOverlay() throws IOException {
    String spec = layout.overlay().or(request::overlay).orElse(DEFAULT_OVERLAY);
    Path target = Files.createDirectories(initramfs.path(BASE_OVERLAY));
    Files.setPosixFilePermissions(
        target,
        EnumSet.of(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_EXECUTE));
    if (isMounted(target)) {
      return;
    }
    if (spec.startsWith("tmpfs:")) {
      String size = "size=" + spec.substring("tmpfs:".length());
      kernel().mount("tmpfs", target, "tmpfs", Set.of(), size + ",mode=0755");
      fstab.add(Fstab.Group.BASE_OVERLAY, "tmpfs", BASE_OVERLAY, "tmpfs", size);
      return;
    }
    Path device = DeviceWait.until(device(spec), Duration.ofSeconds(30));
    check(device);
    kernel().mount(device.toString(), target, type(device), Set.of(), "");
    fstab.add(
        Fstab.Group.BASE_OVERLAY, device(spec).toString(), BASE_OVERLAY, type(device), "defaults");
  }

  private void mountVolumes(Duration deadline) {
    List<String> all = new ArrayList<>(request.volumes());
    all.addAll(layout.volumes());
    if (all.isEmpty()) {
      throw new NotApplicable("the layout names no volume");
    }
    for (String volume : all) {
      int colon = volume.indexOf(':');
      if (colon < 0) {
        throw new HostFailure("not of the form LABEL=<label>:<path>: '" + volume + "'");
      }
      Path name = device(volume.substring(0, colon));
      String path = volume.substring(colon + 1);
      Path target = newRoot.path(path);
      Path device = DeviceWait.until(devices.getOrDefault(label(volume), name), deadline);
      boolean writable = volume.contains("COS_PERSISTENT");
      if (writable) {
        check(device);
      }
      String type = type(device);
      if (!isMounted(target)) {
        kernel().mount(device.toString(), target, type, access(writable), "");
      }
      fstab.add(Fstab.Group.VOLUME, name.toString(), path, type, writable ? "rw" : "ro");
    }
  }

  private void mountOverlays(String id) throws IOException {
    for (String path : layout.ephemeral()) {
      Path lower = newRoot.path(path);
      if (!isDirectoryNow(lower)) {
        if (isVital(path)) {
          throw new HostFailure("the image has no directory " + path);
        }
        report.degraded(id, "no overlay on " + path + ": the image has no such directory");
        continue;
      }
      if (isMounted(lower)) {
        continue;
      }
      String store = BASE_OVERLAY + "/" + Layout.stateName(path) + "/.overlay";
      Path upper = Files.createDirectories(initramfs.path(store + "/upper"));
      Path work = Files.createDirectories(initramfs.path(store + "/work"));
      copyAccess(lower, upper); // the upper directory gives the merged one its mode and owner
      String options = "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work;
      try {
        kernel().mount("overlay", lower, "overlay", Set.of(), options);
      } catch (HostFailure e) {
        if (isVital(path)) {
          throw e;
        }
        report.degraded(id, e.getMessage());
        continue;
      }
      fstab.add(
          Fstab.Group.OVERLAY,
          "overlay",
          path,
          "overlay",
          "lowerdir=" + path + ",upperdir=" + store + "/upper,workdir=" + store + "/work");
    }
  }

  /** Below a path that has its overlay already, a directory that the image lacks can be made. */
  private static boolean isDirectoryNow(Path path) {
    try {
      Files.createDirectories(path);
      return true;
    } catch (IOException readOnlyOrNoDirectory) {
      return false;
    }
  }

  /** Without these two the system cannot work. */
  private static boolean isVital(String path) {
    return path.equals("/etc") || path.equals("/var");
  }

  private void bindPersistentPaths(String id) {
    if (layout.persistent().isEmpty()) {
      throw new NotApplicable("the layout keeps nothing");
    }
    for (String path : layout.persistent()) {
      try {
        bindPersistentPath(path);
      } catch (IOException | HostFailure | UncheckedIOException e) {
        report.degraded(id, path + " is not kept: " + e.getMessage());
      }
    }
  }

  private void bindPersistentPath(String path) throws IOException {
    String kept = layout.persistentTarget() + "/" + Layout.stateName(path) + ".bind";
    Path target = newRoot.path(path);
    Files.createDirectories(target);
    if (isMounted(target)) {
      return;
    }
    Path source = newRoot.path(kept);
    boolean isNew = !Files.exists(source);
    Files.createDirectories(source);
    if (isNew) {
      copyAccess(target, source);
    }
    new KeptFolder(initramfs, path, target, source, report::detail).follow(system(), isNew);
    kernel().mount(source.toString(), target, "", EnumSet.of(MountFlag.BIND), "");
    fstab.add(Fstab.Group.BIND, kept, path, "overlay", "bind");
  }

  /** The image's own; a root in memory has none. */
  private Optional<String> system() {
    return Optional.ofNullable(rootDevice)
        .flatMap(BootPerformer::superblock)
        .flatMap(Superblock::uuid);
  }

  private void copyAccess(Path from, Path to) throws IOException {
    Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
    kernel()
        .changeOwner(
            to,
            (int) Files.getAttribute(from, "unix:uid"),
            (int) Files.getAttribute(from, "unix:gid"));
  }

  private void writeFstab() throws IOException {
    Files.writeString(newRoot.path("/etc/fstab"), fstab.render());
  }

  /** The links are for the real system, which finds them after the switch of roots. */
  private void linkExtensions(String id, BootState state) throws IOException {
    for (ExtensionKind kind : ExtensionKind.values()) {
      Path runtime = Files.createDirectories(initramfs.path(kind.runtime()));
      for (var enabled : kind.loaded(newRoot, ExtensionProfile.loadedBy(state)).entrySet()) {
        if (!Files.isRegularFile(newRoot.resolved(enabled.getValue()))) {
          report.degraded(
              id,
              "the %s %s is enabled, but its file is gone"
                  .formatted(kind.noun(), enabled.getKey()));
          continue;
        }
        Path link = runtime.resolve(enabled.getKey());
        if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
          Files.createSymbolicLink(link, Path.of(enabled.getValue()));
        }
      }
    }
  }

  private Kernel kernel() {
    return initramfs.kernel();
  }

  private static Set<MountFlag> access(boolean writable) {
    return writable ? Set.of() : EnumSet.of(MountFlag.READ_ONLY);
  }

  private boolean isMounted(Path target) {
    return kernel().mounts().stream().anyMatch(mount -> mount.target().equals(target));
  }

  private Path byLabel(String label) {
    return initramfs.path("/dev/disk/by-label/" + label);
  }

  /** The device itself where it is known, whichever one a label may lead to. */
  private Path labelled(String label) {
    return devices.getOrDefault(label, byLabel(label));
  }

  /** Of {@code LABEL=x:/path}; empty for other volumes. */
  private static String label(String volume) {
    return volume.startsWith("LABEL=")
        ? volume.substring("LABEL=".length(), volume.indexOf(':'))
        : "";
  }

  /** {@code LABEL=x} or {@code UUID=x}. */
  private Path device(String spec) {
    if (spec.startsWith("LABEL=")) {
      return byLabel(spec.substring("LABEL=".length()));
    }
    if (spec.startsWith("UUID=")) {
      return initramfs.path("/dev/disk/by-uuid/" + spec.substring("UUID=".length()));
    }
    throw new HostFailure("neither LABEL= nor UUID=: '" + spec + "'");
  }

  private static String type(Path device) {
    return superblock(device)
        .map(Superblock::type)
        .orElseThrow(() -> new HostFailure(device + " holds no file system that is known here"));
  }

  private static Optional<Superblock> superblock(Path device) {
    try (FileChannel channel = FileChannel.open(device)) {
      return Superblock.read(channel);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + device, e);
    }
  }

  /** A journal makes a check of what is only read superfluous. */
  private boolean isCheckForced() {
    return request.fsck().arguments().contains("-f");
  }

  /** e2fsck(8): 1 means repaired, 2 repaired and a reboot advised; above that errors are left. */
  private void check(Path device) {
    if (!request.fsck().enabled()
        || !superblock(device).map(Superblock::type).orElse("").startsWith("ext")) {
      return;
    }
    List<String> argv = new ArrayList<>(List.of("e2fsck"));
    argv.addAll(request.fsck().arguments());
    argv.add(device.toString());
    var output =
        initramfs.run(Command.of(argv).within(FSCK_DEADLINE).expecting(0, 1, 2, 4, 8, 12, 16, 32));
    if (output.exitCode() > 2) {
      report.degraded("fsck", device + " has errors that e2fsck left: " + output.stdout().strip());
    }
  }
}
