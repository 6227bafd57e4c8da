package io.kairos.testkit.host;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.host.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Remembers what it was asked for: mounts, loops, owners, the host name. Mounting hides nothing; a
 * device node is an empty file; owners really change when the test runs as root. Safe for
 * concurrent use.
 */
public final class ScratchKernel implements Kernel {
  private final List<MountEntry> mounts = new ArrayList<>();
  private final Map<Path, Path> loops = new LinkedHashMap<>();
  private final Map<Path, Owner> owners = new LinkedHashMap<>();
  private final Map<Path, Map<String, byte[]>> attributes = new LinkedHashMap<>();
  private final List<String> calls = new ArrayList<>();
  private Optional<String> hostname = Optional.empty();

  /** Who owns a file. */
  public record Owner(int uid, int gid) {}

  /** Every call that changes something, in order: {@code mount tmpfs /tmp}. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  public synchronized Optional<String> hostname() {
    return hostname;
  }

  /** The owner given to a path; empty when nobody changed it. */
  public synchronized Optional<Owner> owner(Path path) {
    return Optional.ofNullable(owners.get(path));
  }

  @Override
  public synchronized void mount(
      String source, Path target, String type, Set<MountFlag> flags, String data) {
    calls.add("mount " + source + " " + target);
    boolean readOnly = flags.contains(MountFlag.READ_ONLY);
    if (flags.contains(MountFlag.REMOUNT)) {
      MountEntry old = mountAt(target);
      mounts.set(mounts.indexOf(old), entry(old.source(), target, old.type(), readOnly, data));
      return;
    }
    if (flags.contains(MountFlag.PRIVATE) || flags.contains(MountFlag.SHARED)) {
      return;
    }
    mounts.add(entry(source, target, type, readOnly, data));
  }

  private static MountEntry entry(
      String source, Path target, String type, boolean readOnly, String data) {
    String options = readOnly ? "ro" : "rw";
    return new MountEntry("0:0", "/", target, options, type, source, data);
  }

  private MountEntry mountAt(Path target) {
    return mounts.reversed().stream()
        .filter(mount -> mount.target().equals(target))
        .findFirst()
        .orElseThrow(() -> new HostFailure("umount " + target + ": EINVAL"));
  }

  @Override
  public synchronized void unmount(Path target) {
    calls.add("unmount " + target);
    mounts.remove(mountAt(target));
  }

  @Override
  public synchronized void detach(Path target) {
    unmount(target);
  }

  @Override
  public synchronized List<MountEntry> mounts() {
    return List.copyOf(mounts);
  }

  @Override
  public synchronized Path attachLoop(Path file, boolean readOnly) {
    calls.add("attach " + file);
    for (int number = 0; ; number++) {
      Path device = Path.of("/dev/loop" + number);
      if (!loops.containsKey(device)) {
        loops.put(device, file);
        return device;
      }
    }
  }

  @Override
  public synchronized void detachLoop(Path device) {
    calls.add("detach " + device);
    loops.remove(device);
  }

  @Override
  public synchronized Map<Path, Path> loops() {
    return Map.copyOf(loops);
  }

  @Override
  public void sync() {}

  @Override
  public void sync(Path fileOrDirectory) {
    if (!Files.exists(fileOrDirectory)) {
      throw new HostFailure("fsync " + fileOrDirectory + ": ENOENT");
    }
  }

  @Override
  public void syncFileSystem(Path directory) {
    sync(directory);
  }

  @Override
  public synchronized void setHostname(String name) {
    calls.add("sethostname " + name);
    hostname = Optional.of(name);
  }

  @Override
  public Bytes freeSpace(Path path) {
    try {
      return Bytes.of(Files.getFileStore(path).getUsableSpace());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Bytes size(Path deviceOrFile) {
    try {
      return Bytes.of(Files.size(deviceOrFile));
    } catch (IOException e) {
      throw new HostFailure("size of " + deviceOrFile, e);
    }
  }

  @Override
  public synchronized void changeOwner(Path path, int uid, int gid) {
    owners.put(path, new Owner(uid, gid));
    try {
      Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException notRoot) {
      return; // remembered all the same
    }
  }

  @Override
  public synchronized Map<String, byte[]> extendedAttributes(Path path) {
    return Map.copyOf(attributes.getOrDefault(path, Map.of()));
  }

  @Override
  public synchronized void setExtendedAttribute(Path path, String name, byte[] value) {
    attributes.computeIfAbsent(path, p -> new LinkedHashMap<>()).put(name, value.clone());
  }

  @Override
  public synchronized void makeNode(Path path, int mode, int major, int minor) {
    calls.add("mknod " + path + " " + Integer.toOctalString(mode) + " " + major + ":" + minor);
    try {
      Files.createFile(path);
    } catch (IOException e) {
      throw new HostFailure("mknod " + path, e);
    }
  }
}
