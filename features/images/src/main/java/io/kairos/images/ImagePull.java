package io.kairos.images;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.plan.StepProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Brings an image of a registry here: finds its manifest, checks its signature, and fetches of its
 * layers what is not here yet. The signed digest is the one that is pulled. A failure changes
 * nothing but the store, which the next attempt goes on from. Interrupting the thread ends it.
 */
public final class ImagePull {
  private static final int AT_ONCE = 3;

  private final RegistryAccess access;

  public ImagePull(RegistryAccess access) {
    this.access = access;
  }

  /**
   * @param progress hears octets of the registry, and why a layer is fetched whole
   * @throws Refused when there is no such image, it is not signed as it has to be, or there is no
   *     room
   * @throws HostFailure when the registry cannot be reached, or what it sends is damaged
   */
  public PulledImage pull(PullRequest request, StepProgress progress) {
    try (var connection = RegistryConnection.forPull(access, request.reference())) {
      return new Run(connection, request, new PullCount(progress)).pull();
    } catch (IOException e) {
      throw new HostFailure("cannot pull " + request.reference(), e);
    }
  }

  /**
   * What a pull would bring, without a layer: for plans, and for asking whether there is something
   * new. The signature is checked as a pull does it. Nothing is written.
   */
  public AdvertisedImage look(PullRequest request) {
    try (var connection = RegistryConnection.forPull(access, request.reference())) {
      RemoteImage remote = found(connection, request);
      return new AdvertisedImage(remote.namedDigest(), remote.digest(), remote.size());
    }
  }

  private static RemoteImage found(RegistryConnection connection, PullRequest request) {
    RemoteImage remote = RemoteImage.find(connection, request.platform());
    request.key().ifPresent(key -> new SignatureCheck(connection, key).require(remote));
    return remote;
  }

  /** One image on its way. */
  private static final class Run {
    private final RegistryConnection connection;
    private final PullRequest request;
    private final PullCount count;
    private final ImageStore store;
    private final LocalFiles local;

    Run(RegistryConnection connection, PullRequest request, PullCount count) {
      this.connection = connection;
      this.request = request;
      this.count = count;
      this.store = new ImageStore(request.store());
      this.local = new LocalFiles(request.localTrees());
    }

    PulledImage pull() throws IOException {
      RemoteImage remote = found(connection, request);
      remote.keepIn(store);
      new BlobDownload(connection, store, remote.config(), count).run();
      ImageConfig config = config(remote);
      requirePlatform(config);
      List<Descriptor> layers = remote.layers();
      List<Optional<LayerAssembly>> assemblies = layers(layers);
      StoredImage image = image(remote, config, assemblies);
      Flattened root;
      try {
        root = Flattened.of(image);
      } catch (KairosException e) {
        if (assemblies.stream().noneMatch(Optional::isPresent)) {
          throw e;
        }
        count.say("the image is fetched whole: " + e.getMessage());
        for (int i = 0; i < layers.size(); i++) {
          if (assemblies.get(i).isPresent()) {
            new BlobDownload(connection, store, layers.get(i), count).run();
          }
        }
        image = image(remote, config, layers.stream().map(_ -> noAssembly()).toList());
        root = Flattened.of(image);
      }
      return new PulledImage(
          image, root, remote.namedDigest(), remote.size(), Bytes.of(count.fetched()));
    }

    private static Optional<LayerAssembly> noAssembly() {
      return Optional.empty();
    }

    private ImageConfig config(RemoteImage remote) throws IOException {
      Digest digest = remote.config().digest();
      return ImageConfig.read(
          Json.parseObject(digest.toString(), Files.readAllBytes(store.blob(digest))));
    }

    private void requirePlatform(ImageConfig config) {
      if (!request.platform().accepts(config.platform())) {
        throw new Refused(
            request.reference() + " is for " + config.platform() + ", not " + request.platform(),
            "choose an image for " + request.platform());
      }
    }

    private List<Optional<LayerAssembly>> layers(List<Descriptor> layers) throws IOException {
      List<Callable<Optional<LayerAssembly>>> tasks = new ArrayList<>();
      for (Descriptor layer : layers) {
        tasks.add(() -> layer(layer));
      }
      return Parallel.all(AT_ONCE, "cannot pull " + request.reference(), tasks);
    }

    private Optional<LayerAssembly> layer(Descriptor layer) throws IOException {
      if (!request.localTrees().isEmpty() && !store.holds(layer.digest(), layer.size())) {
        Optional<LayerAssembly> assembly =
            new ChunkedFetch(connection, store, local, layer, count).run();
        if (assembly.isPresent()) {
          return assembly;
        }
      }
      new BlobDownload(connection, store, layer, count).run();
      return Optional.empty();
    }

    private StoredImage image(
        RemoteImage remote, ImageConfig config, List<Optional<LayerAssembly>> assemblies) {
      return StoredImage.of(
          remote.manifest().descriptor(),
          remote.json(),
          config,
          (number, layer, diffId) -> {
            Optional<LayerAssembly> assembly = assemblies.get(number - 1);
            return new StoredLayer(
                number,
                layer,
                assembly.map(LayerAssembly::split).orElse(store.blob(layer.digest())),
                diffId,
                assembly);
          });
    }
  }
}
