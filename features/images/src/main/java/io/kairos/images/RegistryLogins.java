package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Logins of registries, in the file that docker and podman write: {@code auths.HOST.auth} is the
 * base64 of user and password. Nothing of it is ever printed.
 *
 * @param file may be absent
 */
public record RegistryLogins(Path file) {
  /** For Docker's own registry, whose login has this name since its first version. */
  private static final String DOCKER = "https://index.docker.io/v1/";

  Optional<String> basic(String registry) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      Optional<JsonObject> auths =
          Json.parseObject(file.toString(), Files.readAllBytes(file)).object("auths");
      return auths
          .flatMap(all -> all.object(registry.equals("docker.io") ? DOCKER : registry))
          .flatMap(entry -> entry.text("auth"))
          .map(auth -> "Basic " + auth);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }
}
