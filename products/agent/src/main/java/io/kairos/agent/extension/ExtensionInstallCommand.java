package io.kairos.agent.extension;

import io.kairos.agent.AgentLock;
import io.kairos.agent.Interruption;
import io.kairos.agent.Root;
import io.kairos.agent.node.SourceOpening;
import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import io.kairos.boot.ExtensionKind;
import io.kairos.config.Collector;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.images.CosignKey;
import io.kairos.images.Digest;
import io.kairos.images.RegistryAccess;
import io.kairos.plan.Applier;
import io.kairos.plan.Plan;
import io.kairos.plan.Progress;
import io.kairos.plan.StepProgress;
import io.kairos.plan.Undo;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code kairos-agent sysext install} and {@code kairos-agent confext install}. A file is in the
 * store when it is whole, verified and flushed, and not before; one of the same name is replaced at
 * that instant. What is loaded goes on with what it has.
 */
public final class ExtensionInstallCommand {
  /** In the store, so that nothing crosses file systems; listed nowhere. */
  private static final String ASIDE = "/.incoming";

  private final Host host;
  private final ExtensionKind kind;
  private final RegistryAccess registries;
  private final Progress progress;
  private final PrintStream out;

  public ExtensionInstallCommand(
      Host host,
      ExtensionKind kind,
      RegistryAccess registries,
      Progress progress,
      PrintStream out) {
    this.host = host;
    this.kind = kind;
    this.registries = registries;
    this.progress = progress;
    this.out = out;
  }

  /**
   * @param source {@code oci:}, {@code ocifile:}, {@code file:}, {@code http:} or {@code https:}
   * @param sha256 that the one file has to have, in hexadecimal digits
   * @throws KairosException when nothing was installed
   */
  public void run(String source, Optional<String> sha256) {
    Root.require();
    ExtensionSource from = ExtensionSource.parse(source);
    Optional<Digest> digest = sha256.map(ExtensionInstallCommand::digest);
    ExtensionCommand.requireProgram(host, kind);
    try (AgentLock _ = AgentLock.take(host, "kairos-agent " + kind.word() + " install " + from)) {
      install(from, digest);
    }
  }

  private static Digest digest(String text) {
    String hex = text.replaceFirst("^sha256:", "").strip().toLowerCase(Locale.ROOT);
    return Digest.parse("sha256:" + hex)
        .orElseThrow(
            () ->
                new Refused(
                    "'" + text + "' is no SHA-256 digest",
                    "give the 64 hexadecimal digits that sha256sum prints"));
  }

  private void install(ExtensionSource source, Optional<Digest> digest) {
    var store = new ExtensionStore(host, kind);
    Plan.Builder<ExtensionStep> plan = Plan.named("install " + kind.noun());
    Path aside = store.folder().resolve(ASIDE.substring(1));
    plan.must(new ExtensionStep.Fetch(source, aside));
    digest.ifPresent(expected -> plan.must(new ExtensionStep.Verify(expected)));
    plan.must(new ExtensionStep.Publish(store.folder()));
    var applier = new Applier(host.clock(), progress);
    var installation = new Installation(store);
    try (Interruption _ = Interruption.stops(applier::cancel)) {
      var _ = applier.apply(plan.build(), installation::perform);
    }
    installation.files.forEach(file -> tell(store, file.getFileName().toString()));
  }

  private void tell(ExtensionStore store, String name) {
    Extension extension = ExtensionMatch.find(store.all(), name).orElseThrow();
    String size = extension.size().map(Bytes::toString).orElseThrow();
    String command = "kairos-agent " + kind.word() + " enable " + name;
    out.println(
        extension.enabledFor().isEmpty()
            ? "Installed %s (%s). To load it at each boot: %s --common"
                .formatted(name, size, command)
            : "Installed %s (%s). It is enabled for %s; to load it now: %s --%s --now"
                .formatted(
                    name,
                    size,
                    extension.profiles(),
                    command,
                    extension.enabledFor().getFirst().word()));
  }

  /** One installation on its way. */
  private final class Installation {
    private final ExtensionStore store;
    private List<Path> files = List.of();

    Installation(ExtensionStore store) {
      this.store = store;
    }

    Undo perform(ExtensionStep step, StepProgress steps) {
      switch (step) {
        case ExtensionStep.Fetch(var source, var aside) -> {
          return fetch(source, aside, steps);
        }
        case ExtensionStep.Verify(var digest) -> verify(digest);
        case ExtensionStep.Publish _ -> publish();
      }
      return Undo.NOTHING;
    }

    private Undo fetch(ExtensionSource source, Path aside, StepProgress steps) {
      FileTree.delete(aside); // of an installation that was cut
      boolean isDone = false;
      try {
        Files.createDirectory(aside);
        files =
            new ExtensionFetch(host, kind.store() + ASIDE, images(source, aside, steps))
                .fetch(source, steps);
        for (Path file : files) {
          if (Files.size(file) == 0) {
            throw new Refused(file.getFileName() + " is empty", "look at " + source);
          }
        }
        isDone = true;
      } catch (IOException e) {
        throw new HostFailure("cannot fetch to " + aside, e);
      } finally {
        if (!isDone) {
          FileTree.delete(aside);
        }
      }
      return () -> FileTree.delete(aside);
    }

    private SourceOpening images(ExtensionSource source, Path aside, StepProgress steps) {
      Optional<CosignKey> key =
          source instanceof ExtensionSource.Image
              ? SourceOpening.requiredKey(
                  host, new Collector(host).directories(Collector.USER_DIRECTORIES).collect())
              : Optional.empty();
      return new SourceOpening(
          host,
          registries,
          key,
          aside.resolve("image"),
          Optional.empty(),
          List.of(),
          steps::detail);
    }

    private void verify(Digest expected) {
      if (files.size() > 1) {
        throw new Refused(
            "one digest cannot be that of " + files.size() + " files",
            "leave it out: what an image holds is verified by the digest of the image");
      }
      Digest actual = Digest.sha256(files.getFirst());
      if (!actual.equals(expected)) {
        throw new Refused(
            "%s has the digest %s, not %s"
                .formatted(files.getFirst().getFileName(), actual, expected),
            "do not trust it: get the file, or its digest, from whoever made it");
      }
    }

    private void publish() {
      var durable = new DurableFile(host.kernel());
      files.forEach(
          file -> durable.rename(file, store.folder().resolve(file.getFileName().toString())));
    }
  }
}
