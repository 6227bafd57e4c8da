package io.kairos.agent.extension;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.boot.BootState;
import io.kairos.boot.ExtensionKind;
import io.kairos.boot.ExtensionProfile;
import io.kairos.host.Host;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The extensions of one kind on this node. A change is whole or not there, and survives a power
 * cut; methods that change something say whether they had to.
 */
record ExtensionStore(Host host, ExtensionKind kind) {

  /** Made when it is missing. */
  Path folder() {
    return made(host.resolved(kind.store()));
  }

  /** Everything that has a file or a link, by name. */
  List<Extension> all() {
    var names = new TreeSet<>(ExtensionKind.names(host.resolved(kind.store())));
    for (ExtensionProfile profile : ExtensionProfile.values()) {
      names.addAll(kind.enabled(host, profile));
    }
    return names.stream().map(this::extension).toList();
  }

  List<Extension> enabledFor(ExtensionProfile profile) {
    return all().stream().filter(extension -> extension.isEnabledFor(profile)).toList();
  }

  private Extension extension(String name) {
    return new Extension(
        name,
        size(name),
        Arrays.stream(ExtensionProfile.values())
            .filter(profile -> isThere(link(profile, name)))
            .toList(),
        isThere(runtimeLink(name)));
  }

  /** The file lies in the store, or, where somebody put it there, in the folder of a profile. */
  private Optional<Bytes> size(String name) {
    Optional<Path> file =
        Stream.concat(
                Stream.of(kind.store()),
                Arrays.stream(ExtensionProfile.values()).map(kind::enabledFolder))
            .map(folder -> host.resolved(folder + "/" + name))
            .filter(Files::isRegularFile)
            .findFirst();
    try {
      return file.isEmpty() ? Optional.empty() : Optional.of(Bytes.of(Files.size(file.get())));
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file.get(), e);
    }
  }

  /** Whether its file is in the store, where links lead to. */
  boolean holds(String name) {
    return Files.isRegularFile(host.resolved(kind.store() + "/" + name));
  }

  boolean enable(String name, ExtensionProfile profile) {
    Path link = link(profile, name);
    String target = kind.store() + "/" + name;
    if (Files.isRegularFile(link, LinkOption.NOFOLLOW_LINKS) || leadsTo(link, target)) {
      return false;
    }
    made(link.getParent());
    put(link, target);
    host.kernel().sync(link.getParent());
    return true;
  }

  boolean disable(String name, ExtensionProfile profile) {
    return delete(link(profile, name));
  }

  /** Removes the file; what still links to it has to be gone. */
  void delete(String name) {
    var _ = delete(host.path(kind.store() + "/" + name));
  }

  private boolean delete(Path file) {
    boolean isThere = isThere(file);
    new DurableFile(host.kernel()).delete(file);
    return isThere;
  }

  // ---- this boot

  /** What this boot loads; unlike a boot, a command loads on a medium too what is for all boots. */
  List<ExtensionProfile> loadedNow() {
    return Stream.concat(
            ExtensionProfile.of(BootState.observe(host)).stream(),
            Stream.of(ExtensionProfile.COMMON))
        .toList();
  }

  /** Makes the runtime link what a boot with the links that there are now would make it. */
  boolean settle(String name) {
    Path link = runtimeLink(name);
    if (Files.exists(link, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(link)) {
      return false; // not ours
    }
    String target = kind.loaded(host, loadedNow()).get(name);
    if (target == null) {
      return unlink(name);
    }
    if (leadsTo(link, target)) {
      return false;
    }
    made(link.getParent());
    put(link, target);
    return true;
  }

  /** Takes the runtime link away, unless somebody else put a file there. */
  boolean unlink(String name) {
    Path link = runtimeLink(name);
    if (!Files.isSymbolicLink(link)) {
      return false;
    }
    try {
      Files.delete(link);
      return true;
    } catch (IOException e) {
      throw new HostFailure("cannot remove " + link, e);
    }
  }

  // ---- links

  private Path link(ExtensionProfile profile, String name) {
    return host.path(kind.enabledFolder(profile) + "/" + name);
  }

  private Path runtimeLink(String name) {
    return host.path(kind.runtime() + "/" + name);
  }

  private static boolean isThere(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean leadsTo(Path link, String target) {
    try {
      return Files.isSymbolicLink(link) && Files.readSymbolicLink(link).toString().equals(target);
    } catch (IOException e) {
      throw new HostFailure("cannot read the link " + link, e);
    }
  }

  private static void put(Path link, String target) {
    Path aside = link.resolveSibling("." + link.getFileName() + ".new");
    try {
      Files.deleteIfExists(aside);
      Files.createSymbolicLink(aside, Path.of(target));
      Files.move(aside, link, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new HostFailure("cannot make the link " + link, e);
    }
  }

  private static Path made(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new HostFailure("cannot make the folder " + folder, e);
    }
  }
}
