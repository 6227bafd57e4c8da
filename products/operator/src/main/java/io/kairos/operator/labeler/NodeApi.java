package io.kairos.operator.labeler;

import io.kairos.formats.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Two calls of the API server: a node's metadata, and a patch of it. A Kubernetes client would need
 * several times the memory, on every node.
 */
class NodeApi {
  /** What a node is labelled with now. */
  record Metadata(Map<String, String> labels, Map<String, String> annotations) {}

  private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final int OK = 200;

  private final URI server;
  private final HttpClient client;
  private final Path token;

  NodeApi(URI server, HttpClient client, Path token) {
    this.server = server;
    this.client = client;
    this.token = token;
  }

  /** The server, its authority and the token that Kubernetes gives to each pod. */
  static NodeApi inCluster(Map<String, String> environment) {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "kubernetes.default.svc");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    String name = host.contains(":") ? "[" + host + "]" : host;
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(DEADLINE)
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(trusting(ACCOUNT.resolve("ca.crt")))
            .build();
    return new NodeApi(
        URI.create("https://" + name + ":" + port), client, ACCOUNT.resolve("token"));
  }

  Metadata read(String node) throws IOException, InterruptedException {
    String body = send(request(node).GET().build());
    return metadata(Json.parse("node " + node, body));
  }

  /**
   * @param patch JSON merge patch
   */
  void patch(String node, String patch) throws IOException, InterruptedException {
    send(
        request(node)
            .header("Content-Type", "application/merge-patch+json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(patch))
            .build());
  }

  private HttpRequest.Builder request(String node) throws IOException {
    return HttpRequest.newBuilder(server.resolve("/api/v1/nodes/" + node))
        .timeout(DEADLINE)
        .header("Accept", "application/json")
        .header("Authorization", "Bearer " + Files.readString(token).strip());
  }

  private String send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    if (response.statusCode() != OK) {
      throw new IOException(
          request.method()
              + " "
              + request.uri()
              + " answered "
              + response.statusCode()
              + ": "
              + response.body());
    }
    return response.body();
  }

  private static Metadata metadata(Object tree) {
    Map<?, ?> meta =
        tree instanceof Map<?, ?> node && node.get("metadata") instanceof Map<?, ?> found
            ? found
            : Map.of();
    return new Metadata(texts(meta.get("labels")), texts(meta.get("annotations")));
  }

  private static Map<String, String> texts(Object tree) {
    var texts = new LinkedHashMap<String, String>();
    if (tree instanceof Map<?, ?> map) {
      map.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
    }
    return texts;
  }

  /** The JDK's own authorities where the pod has been given none. */
  private static SSLContext trusting(Path authority) {
    try {
      var context = SSLContext.getInstance("TLS");
      Optional<KeyStore> store =
          Files.exists(authority) ? Optional.of(store(authority)) : Optional.empty();
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store.orElse(null));
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot use " + authority + " as an authority", e);
    }
  }

  private static KeyStore store(Path authority) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(authority))) {
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + number++, certificate);
      }
    }
    return store;
  }
}
