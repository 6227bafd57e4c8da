package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.plan.StepProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Registries as a whole (OCI distribution-spec 1.1): images become layouts and layouts images, and
 * tags are listed. What a node upgrades to is pulled with {@link ImagePull}.
 */
public final class Registry {
  private final RegistryAccess access;

  public Registry(RegistryAccess access) {
    this.access = access;
  }

  public Registry(RegistryLogins logins) {
    this(RegistryAccess.with(logins));
  }

  /**
   * Fetches one image with its configuration and layers. Everything is checked against its digest;
   * what is in the layout already is not fetched again.
   *
   * @param layout directory, made when it is not there
   * @throws Refused when the registry has no such image for that platform
   * @throws HostFailure when it does not answer or what it sends is damaged
   */
  public void pull(ImageReference reference, Platform platform, Path layout) {
    PulledImage pulled =
        new ImagePull(access)
            .pull(new PullRequest(reference, platform, layout), StepProgress.IGNORED);
    Map<String, Object> index = new TreeMap<>();
    index.put("schemaVersion", 2L);
    index.put("mediaType", MediaTypes.INDEX);
    index.put("manifests", List.of(pulled.image().manifest().toJson()));
    try {
      Files.writeString(layout.resolve("index.json"), Json.write(index));
      Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}");
    } catch (IOException e) {
      throw new HostFailure("cannot write the layout " + layout, e);
    }
  }

  /** What a reference leads to now: the digest of its index or manifest. */
  public Digest digest(ImageReference reference) {
    try (var connection = RegistryConnection.forPull(access, reference)) {
      String name = reference.digest().map(Digest::toString).or(reference::tag).orElse("latest");
      return RemoteImage.fetch(connection, name, reference.digest()).descriptor().digest();
    }
  }

  /**
   * Tags of a repository, in the order of the registry, each once.
   *
   * @param repository its tag does not matter
   */
  public List<String> tags(ImageReference repository) {
    try (var connection = RegistryConnection.forPull(access, repository)) {
      return List.copyOf(new TagList(connection).fetch());
    }
  }

  /**
   * Publishes an image of a layout under the tag of a reference.
   *
   * @return the digest of its manifest
   */
  public Digest push(StoredImage image, Path layout, ImageReference reference) {
    try (var connection = RegistryConnection.forPush(access, reference)) {
      return new ImagePush(connection, layout).push(image);
    } catch (IOException e) {
      throw new HostFailure("cannot push " + reference, e);
    }
  }
}
