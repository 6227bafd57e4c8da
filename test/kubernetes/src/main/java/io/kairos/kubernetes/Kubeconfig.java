package io.kairos.kubernetes;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * How a client reaches an API server, as kubectl reads it.
 *
 * @param server {@code https://ADDRESS:PORT}
 * @param certificate PEM, the only one that is trusted
 * @param token bearer token
 * @param namespace that the client acts in unless it says another
 */
public record Kubeconfig(String server, String certificate, String token, String namespace) {
  private static final String NAME = "kairos";

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws HostFailure when it is not there
   */
  public static Kubeconfig read(Path file) {
    try {
      JsonObject config = Json.parseObject(file.toString(), Files.readAllBytes(file));
      JsonObject cluster = config.objects("clusters").getFirst().requiredObject("cluster");
      return new Kubeconfig(
          cluster.requiredText("server"),
          new String(
              Base64.getDecoder().decode(cluster.requiredText("certificate-authority-data")),
              StandardCharsets.UTF_8),
          config.objects("users").getFirst().requiredObject("user").requiredText("token"),
          config
              .objects("contexts")
              .getFirst()
              .requiredObject("context")
              .requiredText("namespace"));
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  /** JSON, and so YAML. */
  public String render() {
    return Json.pretty(
            Map.of(
                "apiVersion",
                "v1",
                "kind",
                "Config",
                "current-context",
                NAME,
                "clusters",
                List.of(
                    Map.of(
                        "name",
                        NAME,
                        "cluster",
                        Map.of(
                            "server",
                            server,
                            "certificate-authority-data",
                            Base64.getEncoder()
                                .encodeToString(certificate.getBytes(StandardCharsets.UTF_8))))),
                "users",
                List.of(Map.of("name", NAME, "user", Map.of("token", token))),
                "contexts",
                List.of(
                    Map.of(
                        "name",
                        NAME,
                        "context",
                        Map.of("cluster", NAME, "user", NAME, "namespace", namespace)))))
        + "\n";
  }

  /** The same access through somebody else, such as {@link ApiProxy}. */
  public Kubeconfig through(String otherServer, String itsCertificate) {
    return new Kubeconfig(otherServer, itsCertificate, token, namespace);
  }

  /** Writes it for its owner alone. */
  public Path write(Path file) {
    try {
      Files.createDirectories(file.getParent());
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return Files.writeString(file, render());
    } catch (IOException e) {
      throw new HostFailure("cannot write " + file, e);
    }
  }

  @Override
  public String toString() {
    return "kubeconfig of " + server; // a token is a secret
  }
}
