package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.plan.StepProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Registries as a whole (OCI distribution-spec 1.1): images become layouts and layouts images, and
 * tags are listed. What a node upgrades to is pulled with {@link ImagePull}.
 */
public final class Registry {
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;.*rel=\"?next\"?.*");
  private static final int MAX_PAGES = 1000;
  private static final int MAX_JSON = 16 << 20;

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
   * Tags of a repository, in the order of the registry.
   *
   * @param repository its tag does not matter
   */
  public List<String> tags(ImageReference repository) {
    List<String> tags = new ArrayList<>();
    try (var connection = RegistryConnection.forPull(access, repository)) {
      Optional<String> page = Optional.of("tags/list");
      for (int pages = 0; page.isPresent() && pages < MAX_PAGES; pages++) {
        try (var reply = connection.send(RegistryRequest.get(page.get()))) {
          byte[] octets = reply.answer().body().readNBytes(MAX_JSON);
          JsonObject json = Json.parseObject("tags of " + repository.repository(), octets);
          tags.addAll(json.texts("tags"));
          page = reply.answer().header("Link").flatMap(Registry::next);
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot list the tags of " + repository.repository(), e);
    }
    return List.copyOf(tags);
  }

  private static Optional<String> next(String link) {
    Matcher matcher = NEXT.matcher(link);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
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
