package io.kairos.agent.node;

import io.kairos.base.HostFailure;
import io.kairos.boot.BootState;
import io.kairos.boot.Slot;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.host.Kernel.MountEntry;
import io.kairos.host.Kernel.MountFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The systems of this node besides the one that runs, to be read while they are open: what one of
 * them has need not be fetched.
 */
public final class OtherSystems implements AutoCloseable {
  private static final Set<MountFlag> READING =
      Set.of(MountFlag.READ_ONLY, MountFlag.NO_SUID, MountFlag.NO_DEV, MountFlag.NO_EXEC);

  private final List<Path> trees;
  private final Deque<Runnable> releases;

  private OtherSystems(List<Path> trees, Deque<Runnable> releases) {
    this.trees = List.copyOf(trees);
    this.releases = releases;
  }

  /** For a system that is on this node already. */
  public static OtherSystems none() {
    return new OtherSystems(List.of(), new ArrayDeque<>());
  }

  /**
   * Mounts them. One that cannot be read is noted and passed over: its files are fetched then.
   *
   * @param notes hears of it
   */
  public static OtherSystems mount(Host host, Consumer<String> notes) {
    var mounting = new Mounting(host.kernel(), host.path("/run/cos/others"), notes);
    mounting.releaseLeftovers();
    mounting.addAllOf(InstalledNode.observe(host));
    return new OtherSystems(mounting.trees, mounting.releases);
  }

  /** Root file systems. */
  public List<Path> trees() {
    return List.copyOf(trees);
  }

  /**
   * Releases them, whatever happens to one.
   *
   * @throws HostFailure of the first that stays, the others suppressed
   */
  @Override
  public void close() {
    HostFailure failure = null;
    while (!releases.isEmpty()) {
      try {
        releases.pop().run();
      } catch (HostFailure e) {
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

  /** On its way. */
  private static final class Mounting {
    private final Kernel kernel;
    private final Path folder;
    private final Consumer<String> notes;
    private final List<Path> trees = new ArrayList<>();
    private final Deque<Runnable> releases = new ArrayDeque<>();

    Mounting(Kernel kernel, Path folder, Consumer<String> notes) {
      this.kernel = kernel;
      this.folder = folder;
      this.notes = notes;
    }

    void addAllOf(InstalledNode node) {
      BootState boot = node.boot();
      List<String> slots = new ArrayList<>();
      if (boot != BootState.ACTIVE) {
        slots.add(Slot.ACTIVE.file());
      }
      if (boot != BootState.PASSIVE) {
        slots.add(Slot.PASSIVE.file());
      }
      node.state().ifPresent(place -> addAll(place, "state", slots));
      if (boot != BootState.RECOVERY) {
        List<String> recovery = List.of(Slot.RECOVERY.file(), Slot.SQUASHED_RECOVERY);
        node.recovery().ifPresent(place -> addAll(place, "recovery", recovery));
      }
    }

    private void addAll(InstalledNode.Place place, String name, List<String> files) {
      try {
        Path partition = partition(place, name).resolve(Slot.FOLDER);
        for (String file : files) {
          if (Files.isRegularFile(partition.resolve(file))) {
            add(partition.resolve(file));
          }
        }
      } catch (HostFailure unreadable) {
        note(name + " partition", unreadable);
      }
    }

    private Path partition(InstalledNode.Place place, String name) {
      Optional<Path> mounted = place.mountedAt();
      if (mounted.isPresent()) {
        return mounted.get();
      }
      Path at = folder(name);
      kernel.mount(place.device().toString(), at, place.filesystem().type(), READING, "");
      releases.push(() -> kernel.unmount(at));
      return at;
    }

    private void add(Path image) {
      String file = image.getFileName().toString();
      try {
        Path at = folder(file);
        Path loop = kernel.attachLoop(image, true);
        releases.push(() -> kernel.detachLoop(loop));
        String type = file.equals(Slot.SQUASHED_RECOVERY) ? "squashfs" : "ext4"; // of ext2, too
        kernel.mount(loop.toString(), at, type, READING, "");
        releases.push(() -> kernel.unmount(at));
        trees.add(at);
      } catch (HostFailure unreadable) {
        note(file, unreadable);
      }
    }

    private void note(String what, HostFailure unreadable) {
      notes.accept(
          "note: what the %s has is fetched, because it cannot be read: %s"
              .formatted(what, unreadable.getMessage()));
    }

    private Path folder(String name) {
      try {
        Path created = Files.createDirectories(folder.resolve(name));
        releases.push(() -> delete(created));
        return created;
      } catch (IOException e) {
        throw new HostFailure("cannot create " + folder.resolve(name), e);
      }
    }

    /** Of one who was killed. */
    private void releaseLeftovers() {
      List<MountEntry> left =
          kernel.mounts().stream()
              .filter(mount -> mount.target().startsWith(folder))
              .sorted(Comparator.comparing(MountEntry::target).reversed())
              .toList();
      Set<Path> loops = kernel.loops().keySet();
      for (MountEntry mount : left) {
        kernel.unmount(mount.target());
        Path device = Path.of(mount.source());
        if (loops.contains(device)) {
          kernel.detachLoop(device);
        }
      }
    }

    /** Empty again; another one may use it. */
    private static void delete(Path folder) {
      try {
        Files.deleteIfExists(folder);
      } catch (IOException e) {
        throw new HostFailure("cannot delete " + folder, e);
      }
    }
  }
}
