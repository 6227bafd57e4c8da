package io.kairos.agent.extension;

import io.kairos.agent.AgentLock;
import io.kairos.agent.Root;
import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import io.kairos.boot.ExtensionKind;
import io.kairos.boot.ExtensionProfile;
import io.kairos.formats.json.Json;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code kairos-agent sysext} and {@code kairos-agent confext}: which extensions a node has, which
 * boots load them, and whether this one does.
 */
public final class ExtensionCommand {
  /** The unit gives up by itself after ten seconds; units that want it follow. */
  private static final Duration RESTART = Duration.ofMinutes(2);

  private final Host host;
  private final ExtensionKind kind;
  private final ExtensionStore store;
  private final PrintStream out;

  public ExtensionCommand(Host host, ExtensionKind kind, PrintStream out) {
    this.host = host;
    this.kind = kind;
    this.store = new ExtensionStore(host, kind);
    this.out = out;
  }

  /**
   * Prints what there is, one a line: name, size, for which boots, and whether this one has it.
   *
   * @param profile only what is enabled for it
   * @param asJson as a list of objects
   */
  public void list(Optional<ExtensionProfile> profile, boolean asJson) {
    List<Extension> extensions = profile.map(store::enabledFor).orElseGet(store::all);
    if (asJson) {
      out.println(Json.pretty(extensions.stream().map(Extension::tree).toList()));
      return;
    }
    if (extensions.isEmpty()) {
      out.println("No " + kind.noun() + "s found");
    }
    int width = extensions.stream().mapToInt(e -> e.name().length()).max().orElse(0);
    for (Extension extension : extensions) {
      out.printf(
          "%-" + width + "s  %s  %s%s%n",
          extension.name(),
          extension.size().map(Bytes::toString).orElse("its file is gone"),
          extension.enabledFor().isEmpty() ? "not enabled" : "for " + extension.profiles(),
          extension.isLinked() ? ", loaded" : "");
    }
  }

  /**
   * @param name of an extension, or a pattern
   * @param now whether this boot loads it too; a failure to do so takes everything back
   * @throws KairosException when there is no such extension, or it cannot be loaded
   */
  public void enable(String name, ExtensionProfile profile, boolean now) {
    Root.require();
    try (AgentLock _ = lock("enable")) {
      requireProgram(host, kind);
      Extension extension = required(name);
      if (!store.holds(extension.name())) {
        throw new Refused(
            extension.name() + " is enabled, but its file is gone",
            command("install") + " brings it back, " + command("remove") + " removes its links");
      }
      boolean isNew = store.enable(extension.name(), profile);
      out.println(
          "%s is %senabled for %s"
              .formatted(extension.name(), isNew ? "" : "already ", profile.word()));
      if (now) {
        load(extension.name(), profile, isNew);
      }
    }
  }

  private void load(String name, ExtensionProfile profile, boolean isNew) {
    if (!store.loadedNow().contains(profile)) {
      out.println("Nothing is loaded now: this is no boot of that kind");
      return;
    }
    boolean isLinked = store.settle(name);
    try {
      restart();
    } catch (HostFailure e) {
      if (isNew) {
        var _ = store.disable(name, profile);
      }
      if (isLinked) {
        takeBack(name, e);
      }
      throw e;
    }
    out.println(name + " is loaded");
  }

  /** What was loaded before is loaded again. */
  private void takeBack(String name, HostFailure why) {
    try {
      var _ = store.settle(name);
      restart();
    } catch (HostFailure e) {
      why.addSuppressed(e);
    }
  }

  /**
   * @param name of an extension, or a pattern; one that is not enabled is no failure
   * @param now whether this boot does without it too
   */
  public void disable(String name, ExtensionProfile profile, boolean now) {
    Root.require();
    try (AgentLock _ = lock("disable")) {
      Optional<Extension> found = ExtensionMatch.find(store.enabledFor(profile), name);
      if (found.isEmpty()) {
        out.println(name + " is not enabled for " + profile.word());
      } else {
        var _ = store.disable(found.get().name(), profile);
        out.println(found.get().name() + " is not enabled for " + profile.word() + " any more");
      }
      if (now) {
        found
            .or(() -> ExtensionMatch.find(store.all(), name))
            .map(Extension::name)
            .ifPresent(this::unload);
      }
    }
  }

  private void unload(String name) {
    if (store.settle(name)) {
      restart();
    }
    Optional<Extension> left = ExtensionMatch.find(store.all(), name);
    if (left.isPresent() && left.get().isLinked()) {
      out.println(name + " stays loaded: it is enabled for " + left.get().profiles());
    }
  }

  /**
   * Removes an extension and all links to it.
   *
   * @param now whether this boot does without it from now on; else it keeps what it has loaded
   * @throws KairosException when there is no such extension
   */
  public void remove(String name, boolean now) {
    Root.require();
    try (AgentLock _ = lock("remove")) {
      Extension extension = required(name);
      for (ExtensionProfile profile : ExtensionProfile.values()) {
        var _ = store.disable(extension.name(), profile);
      }
      if (now && store.unlink(extension.name())) {
        restart();
      }
      store.delete(extension.name());
      out.println(extension.name() + " is removed");
    }
  }

  private Extension required(String name) {
    return ExtensionMatch.find(store.all(), name)
        .orElseThrow(
            () ->
                new Refused(
                    "extension " + name + " not found",
                    command("list") + " shows those of this node"));
  }

  private void restart() {
    try {
      host.run(Command.of("systemctl", "restart", kind.service()).within(RESTART));
    } catch (HostFailure e) {
      throw HostFailure.withRemedy(
          e.getMessage(),
          "journalctl --unit="
              + kind.service()
              + " says why; an image needs verity data, and signatures on a unified kernel image");
    }
  }

  private AgentLock lock(String verb) {
    return AgentLock.take(host, command(verb));
  }

  private String command(String verb) {
    return "kairos-agent " + kind.word() + " " + verb;
  }

  /**
   * @throws Refused when this system cannot load extensions of that kind
   */
  static void requireProgram(Host host, ExtensionKind kind) {
    if (!host.hasProgram(kind.service())) {
      throw new Refused(
          "this system has no " + kind.service() + ", so it loads no " + kind.noun() + "s",
          "use an image with systemd 248 or newer, 254 for confext");
    }
  }

  /**
   * The profile that options name.
   *
   * @param given those that are set
   * @throws Refused unless it is exactly one
   */
  public static ExtensionProfile one(List<ExtensionProfile> given) {
    if (given.size() != 1) {
      String all =
          String.join(
              ", ", Arrays.stream(ExtensionProfile.values()).map(p -> "--" + p.word()).toList());
      throw new Refused(
          given.isEmpty() ? "no boot is named" : "more than one boot is named",
          "give one of " + all);
    }
    return given.getFirst();
  }
}
