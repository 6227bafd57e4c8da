package io.kairos.convert;

import io.kairos.base.HostFailure;
import io.kairos.formats.osrelease.OsRelease;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a root holds after its packages were installed, observed once.
 *
 * @param kernels releases that have modules and a kernel
 * @param dracutModules without their numbers
 * @param units that systemd knows, of the vendor and of the administrator
 * @param present paths of the framework that exist
 * @param mounted paths on which something is mounted that does not belong to the root
 */
public record RootFacts(
    OsRelease os,
    List<InstalledPackage> packages,
    List<String> kernels,
    Set<String> dracutModules,
    Set<String> units,
    Set<String> present,
    Set<String> mounted) {
  private static final String OPENSSH = "openssh>=";
  private static final String MODULE = "module:";
  private static final String PACKAGE = "package:";

  public RootFacts {
    packages = List.copyOf(packages);
    kernels = kernels.stream().sorted(VersionOrder.INSTANCE).toList();
    dracutModules = Set.copyOf(dracutModules);
    units = Set.copyOf(units);
    present = Set.copyOf(present);
    mounted = Set.copyOf(mounted);
  }

  /** Of a root that is a plain tree of files. */
  static RootFacts observe(Host root, Framework framework) {
    return observe(root, framework, Set.of());
  }

  /** Of the root in which this program runs: a container builder mounts some paths of its own. */
  static RootFacts observeInPlace(Host root, Framework framework) {
    return observe(root, framework, mounted(root));
  }

  static Set<String> mounted(Host root) {
    return root.kernel().mounts().stream()
        .map(mount -> mount.target().toString())
        .filter(target -> !target.equals("/"))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static RootFacts observe(Host root, Framework framework, Set<String> mounted) {
    var present = new TreeSet<String>();
    for (Framework.Group group : framework.groups()) {
      Stream.concat(
              group.files().stream().map(Framework.File::path),
              group.links().stream().map(Framework.Link::path))
          .filter(path -> Files.exists(root.path(path), LinkOption.NOFOLLOW_LINKS))
          .forEach(present::add);
    }
    return new RootFacts(
        osRelease(root),
        packages(root),
        names(root, "/usr/lib/modules").stream()
            .filter(name -> Files.exists(root.resolved("/boot/vmlinuz-" + name)))
            .toList(),
        new TreeSet<>(
            names(root, "/usr/lib/dracut/modules.d").stream()
                .map(name -> name.replaceFirst("^\\d+", ""))
                .toList()),
        new TreeSet<>(
            Stream.concat(
                    names(root, "/usr/lib/systemd/system").stream(),
                    names(root, "/etc/systemd/system").stream())
                .toList()),
        present,
        mounted);
  }

  static OsRelease osRelease(Host root) {
    Path file = root.resolved("/etc/os-release");
    try {
      return OsRelease.parse("/etc/os-release", Files.readString(file));
    } catch (IOException e) {
      throw HostFailure.withRemedy(
          "no root of a distribution: cannot read " + file, "name a directory that holds a system");
    }
  }

  static List<InstalledPackage> packages(Host root) {
    Path file = root.resolved("/var/lib/dpkg/status");
    try {
      return Files.exists(file) ? InstalledPackage.ofDpkgStatus(Files.readString(file)) : List.of();
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  private static List<String> names(Host root, String directory) {
    Path real = root.resolved(directory);
    if (!Files.isDirectory(real)) {
      return List.of();
    }
    var names = new ArrayList<String>();
    try (Stream<Path> entries = Files.list(real)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (IOException e) {
      throw new HostFailure("cannot list " + real, e);
    }
    return names;
  }

  /** Newest by natural order, its name as the directory has it. */
  Optional<String> kernel() {
    return kernels.isEmpty() ? Optional.empty() : Optional.of(kernels.getLast());
  }

  boolean hasUnit(String unit) {
    return units.contains(unit) || units.contains(unit.replaceFirst("@[^.]*\\.", "@."));
  }

  /** Whether what is written there would not become part of the image. */
  boolean isMounted(String path) {
    return mounted.stream().anyMatch(mount -> Path.of(path).startsWith(mount));
  }

  /** Whether an entry of the framework counts for this root. */
  boolean allow(Optional<String> only, String path) {
    return only.isEmpty() || allow(only.get(), path);
  }

  private boolean allow(String only, String path) {
    if (only.startsWith(OPENSSH)) {
      return InstalledPackage.find(packages, "openssh-server")
          .map(ssh -> ssh.upstreamVersion().replaceFirst("p\\d+.*$", ""))
          .filter(v -> VersionOrder.INSTANCE.compare(v, only.substring(OPENSSH.length())) >= 0)
          .isPresent();
    }
    if (only.startsWith(MODULE)) {
      return dracutModules.contains(only.substring(MODULE.length()));
    }
    if (only.startsWith(PACKAGE)) {
      return InstalledPackage.find(packages, only.substring(PACKAGE.length())).isPresent();
    }
    return switch (only) {
      case "dracut" -> !dracutModules.isEmpty();
      case "systemd" -> units.contains("multi-user.target");
      case "openrc" -> !units.contains("multi-user.target");
      case "missing" -> !present.contains(path);
      default -> throw new IllegalArgumentException("unknown condition '" + only + "' of " + path);
    };
  }
}
