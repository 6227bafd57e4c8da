package io.kairos.agent.node;

import io.kairos.base.Refused;
import io.kairos.config.Config;
import io.kairos.host.Host;
import io.kairos.images.CosignKey;
import io.kairos.images.ImagePull;
import io.kairos.images.ImageSource;
import io.kairos.images.LocalImage;
import io.kairos.images.Platform;
import io.kairos.images.PullRequest;
import io.kairos.images.PulledImage;
import io.kairos.images.RegistryAccess;
import io.kairos.images.StoredImage;
import io.kairos.plan.StepProgress;
import io.kairos.storage.DiskStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes the system that a user names available on this node: verified, and nothing changed but the
 * store.
 *
 * @param key with which an image of a registry has to be signed
 * @param trees root file systems of this node, whose files are not fetched again
 * @param storeOn the partition of the store, when it is not mounted yet
 * @param notes hears what was fetched
 */
public record SourceOpening(
    Host host,
    RegistryAccess registries,
    Optional<CosignKey> key,
    Path store,
    Optional<NodeStep> storeOn,
    List<Path> trees,
    Consumer<String> notes) {
  /** On the persistent partition; kept when a fetch fails, so that the next one goes on. */
  private static final String STORE = ".kairos/images";

  /** The same, with more root file systems that have files already. */
  public SourceOpening reusing(List<Path> others) {
    List<Path> all = new ArrayList<>(trees);
    all.addAll(others);
    return new SourceOpening(host, registries, key, store, storeOn, List.copyOf(all), notes);
  }

  /**
   * @throws Refused when there is no such system, or it is not what it has to be
   */
  public SystemSource open(ImageSource source, StepProgress progress) {
    Platform platform = Platform.linux(System.getProperty("os.arch"));
    return switch (source) {
      case ImageSource.Directory(var path) -> {
        Path tree = host.resolved(path.toAbsolutePath().toString());
        if (!Files.isDirectory(tree)) {
          throw new Refused("there is no directory " + path, "name one that holds a system");
        }
        yield Files.exists(tree.resolve("oci-layout"))
            ? local(source, tree, platform)
            : new SystemSource.Tree(tree);
      }
      case ImageSource.ImageFile(var path) -> {
        Path file = host.resolved(path.toAbsolutePath().toString());
        if (!Files.isRegularFile(file)) {
          throw new Refused("there is no file " + path, "name the image of a file system");
        }
        yield new SystemSource.ImageFile(file);
      }
      case ImageSource.OciFile(var path) ->
          local(source, host.resolved(path.toAbsolutePath().toString()), platform);
      case ImageSource.OciImage(var reference) -> {
        PulledImage pulled =
            new ImagePull(registries)
                .pull(new PullRequest(reference, platform, trees, store, key), progress);
        notes.accept(
            "%s: %s, %s fetched, %s were here"
                .formatted(reference, pulled.named(), pulled.fetched(), pulled.reused()));
        yield new SystemSource.Image(
            source.toString(), pulled.root(), Optional.of(pulled.image().digest()));
      }
    };
  }

  private SystemSource local(ImageSource source, Path at, Platform platform) {
    LocalImage image = LocalImage.open(at, platform, store);
    return new SystemSource.Image(
        source.toString(), image.root(), image.image().map(StoredImage::digest));
  }

  /** As the configuration says. */
  public static SourceOpening of(
      Host host,
      InstalledNode node,
      Config config,
      Map<String, String> environment,
      Consumer<String> notes) {
    // A recovery system has not mounted it, and has too little memory to fetch into.
    Path persistent = node.mounts().resolve("persistent");
    Path store =
        node.persistent()
            .map(place -> place.mountedAt().orElse(persistent).resolve(STORE))
            .orElse(host.path("/var/tmp/kairos-images"));
    Optional<NodeStep> storeOn =
        node.persistent()
            .filter(place -> place.mountedAt().isEmpty())
            .map(
                place ->
                    NodeStep.of(
                        new DiskStep.Mount(place.device(), persistent, place.filesystem())));
    return new SourceOpening(
        host,
        RegistryAccess.of(host, environment)
            .allowingInsecure(config.agent().upgrade().allowInsecureRegistries()),
        requiredKey(host, config),
        store,
        storeOn,
        List.of(host.path("/")),
        notes);
  }

  /**
   * With which images have to be signed, if the configuration wants that.
   *
   * @throws Refused when it does not say by whom
   */
  public static Optional<CosignKey> requiredKey(Host host, Config config) {
    if (!config.agent().cosign()) {
      return Optional.empty();
    }
    String file =
        config
            .agent()
            .cosignKey()
            .orElseThrow(
                () ->
                    new Refused(
                        "cosign: true asks for signed images, but no cosign-key says by whom",
                        "set cosign-key to the file of a public key"));
    return Optional.of(CosignKey.read(host.resolved(file)));
  }
}
