package io.kairos.agent.bundle;

import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import io.kairos.config.BundleConfig;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.images.ImageDelivery;
import io.kairos.images.ImagePull;
import io.kairos.images.ImageSource;
import io.kairos.images.Platform;
import io.kairos.images.RegistryAccess;
import io.kairos.images.UnpackOptions;
import io.kairos.plan.StepProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Installs bundles, one target after the other. One that fails does not keep the next from being
 * tried; in the end all failures are told.
 */
public final class BundleInstaller {
  /** On the persistent partition, for a bundle may be larger than what memory has. */
  private static final String ROOM = "/usr/local/.kairos";

  /** What others wrote has no deadline; this one keeps a hung script from hanging for ever. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private static final String SCRIPT = "run.sh";

  private final Host host;
  private final RegistryAccess registries;
  private final StepProgress progress;

  /**
   * @param progress hears the output of scripts and packages, and octets of registries
   */
  public BundleInstaller(Host host, RegistryAccess registries, StepProgress progress) {
    this.host = host;
    this.registries = registries;
    this.progress = progress;
  }

  /**
   * @throws HostFailure with every target that could not be installed, and why
   */
  public void install(Bundles bundles) {
    List<String> failed = new ArrayList<>();
    List<KairosException> causes = new ArrayList<>();
    int count = 0;
    for (BundleConfig bundle : bundles.items()) {
      for (String target : bundle.targets()) {
        count++;
        try {
          requireTime();
          progress.detail("installing the bundle " + target);
          install(BundleTarget.parse(target), bundle);
        } catch (KairosException e) {
          failed.add(target + ": " + e.getMessage());
          causes.add(e);
        }
      }
    }
    if (!failed.isEmpty()) {
      var failure =
          new HostFailure(
              "%d of %d bundles could not be installed:%n- %s"
                  .formatted(failed.size(), count, String.join("\n- ", failed)));
      causes.forEach(failure::addSuppressed);
      throw failure;
    }
  }

  private static void requireTime() {
    if (Thread.currentThread().isInterrupted()) {
      throw new HostFailure("interrupted before its turn");
    }
  }

  private void install(BundleTarget target, BundleConfig bundle) {
    switch (target.kind()) {
      case FILES -> unpack(target, bundle);
      case SCRIPT -> runScript(target, bundle);
      case PACKAGE -> installPackage(target, bundle);
    }
  }

  // ---- images

  private void unpack(BundleTarget target, BundleConfig bundle) {
    Path root = made(host.resolved(absolute(bundle.rootPath())), "rwxr-xr-x");
    Path room = made(host.resolved(ROOM), "rwx------");
    deliver(target, bundle, root, room);
  }

  private void deliver(BundleTarget target, BundleConfig bundle, Path at, Path room) {
    new ImageDelivery(host.kernel(), UnpackOptions.ROOT_FILE_SYSTEM, new ImagePull(registries))
        .deliver(
            source(target, bundle),
            Platform.linux(System.getProperty("os.arch")),
            at,
            room,
            progress);
  }

  private ImageSource source(BundleTarget target, BundleConfig bundle) {
    return bundle.isLocal()
        ? new ImageSource.OciFile(host.resolved(absolute(target.reference())))
        : ImageSource.parse("oci:" + target.reference());
  }

  private void runScript(BundleTarget target, BundleConfig bundle) {
    Path room = made(host.resolved(ROOM), "rwx------");
    Path folder = room.resolve("bundle-" + UUID.randomUUID());
    try {
      made(folder, "rwx------");
      deliver(target, bundle, folder, folder);
      // The image says how open its root is; what is in it is nobody else's business.
      permit(folder);
      Path script = folder.resolve(SCRIPT);
      if (!Files.isRegularFile(script)) {
        throw new Refused(
            "its image has no " + SCRIPT, "install it with container://, or use another image");
      }
      permit(script);
      host.run(
          Command.of("/bin/sh", "-c", "./" + SCRIPT)
              .in(folder)
              .inheritingEnvironment()
              .env("CONTAINERDIR", folder.toString())
              .env("BUNDLE_TARGET", target.reference())
              .eachLine(progress::detail)
              .within(LONGEST));
    } finally {
      FileTree.delete(folder);
    }
  }

  private static void permit(Path path) {
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new HostFailure("cannot set the permissions of " + path, e);
    }
  }

  // ---- packages

  private void installPackage(BundleTarget target, BundleConfig bundle) {
    if (!host.hasProgram("luet")) {
      throw new Refused(
          "packages are installed by luet, which this system does not have",
          "use container:// or run://, or an image with luet");
    }
    String[] repository = bundle.repository().split("://", 2);
    if (repository.length != 2) {
      throw new Refused(
          "'" + bundle.repository() + "' is no repository of packages",
          "write it as docker://IMAGE or http://…");
    }
    String database = made(host.resolved(absolute(bundle.databasePath())), "rwxr-xr-x").toString();
    String root = made(host.resolved(absolute(bundle.rootPath())), "rwxr-xr-x").toString();
    luet(
        database,
        root,
        "repo",
        "add",
        "kairos-system",
        "-y",
        "--type",
        repository[0],
        "--url",
        repository[1]);
    luet(database, root, "install", "-y", target.reference());
  }

  /** What the node has set up for luet is not for bundles. */
  private void luet(String database, String root, String... words) {
    host.run(
        Command.of("luet")
            .with(words)
            .with("--system-dbpath", database, "--system-target", root)
            .inheritingEnvironment()
            .env("LUET_CONFIG_FROM_HOST", "false")
            .eachLine(progress::detail)
            .within(LONGEST));
  }

  // ---- folders

  private static String absolute(String path) {
    return Path.of(path).toAbsolutePath().normalize().toString();
  }

  private static Path made(Path folder, String mode) {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
      }
      return folder;
    } catch (IOException e) {
      throw new HostFailure("cannot make the folder " + folder, e);
    }
  }
}
