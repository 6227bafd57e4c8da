package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pulls images from registries into OCI layouts (OCI distribution-spec 1.1). A blob that is in the
 * layout already is not fetched again, so a pull that was interrupted can go on.
 */
public final class Registry {
  private static final Duration CONNECT = Duration.ofSeconds(30);
  private static final Duration ANSWER = Duration.ofMinutes(2);
  private static final int ATTEMPTS = 3;
  private static final int REDIRECTS = 5;
  private static final int MAX_JSON = 16 << 20;
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Pattern PARAMETER = Pattern.compile("(\\w+)=\"([^\"]*)\"");
  private static final List<String> MANIFESTS =
      List.of(
          MediaTypes.INDEX,
          MediaTypes.MANIFEST,
          MediaTypes.DOCKER_INDEX,
          MediaTypes.DOCKER_MANIFEST);

  private final RegistryLogins logins;

  public Registry(RegistryLogins logins) {
    this.logins = logins;
  }

  /**
   * Fetches one image with its configuration and layers. Everything is checked against its digest.
   *
   * @param layout directory, made when it is not there
   * @throws Refused when the registry has no such image for that platform
   * @throws HostFailure when it does not answer or what it sends is damaged
   */
  public void pull(ImageReference reference, Platform platform, Path layout) {
    try (HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build()) {
      new Pull(client, reference, platform, layout).run();
    } catch (IOException e) {
      throw new HostFailure("cannot pull " + reference, e);
    }
  }

  /** One image on its way. */
  private final class Pull {
    private final HttpClient client;
    private final ImageReference reference;
    private final Platform platform;
    private final Path layout;
    private Optional<String> authorization = Optional.empty();

    Pull(HttpClient client, ImageReference reference, Platform platform, Path layout) {
      this.client = client;
      this.reference = reference;
      this.platform = platform;
      this.layout = layout;
    }

    void run() throws IOException {
      Files.createDirectories(layout.resolve("blobs"));
      Descriptor manifest = manifest();
      JsonObject json = json(manifest);
      fetch(Descriptor.read(json.requiredObject("config")));
      for (JsonObject layer : json.objects("layers")) {
        fetch(Descriptor.read(layer));
      }
      Map<String, Object> index = new TreeMap<>();
      index.put("schemaVersion", 2L);
      index.put("mediaType", MediaTypes.INDEX);
      index.put("manifests", List.of(manifest.toJson()));
      Files.writeString(layout.resolve("index.json"), Json.write(index));
      Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}");
    }

    private JsonObject json(Descriptor descriptor) throws IOException {
      Path blob = blob(descriptor.digest());
      return Json.parseObject(reference.toString(), Files.readAllBytes(blob));
    }

    /** The manifest of the image itself, through the index that may be before it. */
    private Descriptor manifest() throws IOException {
      String name = reference.digest().map(Digest::toString).or(reference::tag).orElse("latest");
      Descriptor found = manifest(name, reference.digest());
      if (!MediaTypes.isIndex(found.mediaType())) {
        return found;
      }
      List<Descriptor> held =
          json(found).objects("manifests").stream().map(Descriptor::read).toList();
      Descriptor chosen =
          held.stream()
              .filter(d -> d.platform().filter(platform::accepts).isPresent())
              .findFirst()
              .orElseThrow(
                  () ->
                      new Refused(
                          reference + " has no image for " + platform,
                          "it has: "
                              + String.join(
                                  ", ",
                                  held.stream()
                                      .flatMap(d -> d.platform().stream())
                                      .map(Platform::toString)
                                      .filter(text -> !text.startsWith("unknown"))
                                      .toList())));
      return manifest(chosen.digest().toString(), Optional.of(chosen.digest()));
    }

    private Descriptor manifest(String name, Optional<Digest> expected) throws IOException {
      HttpResponse<InputStream> response = get("manifests/" + name, MANIFESTS);
      byte[] text;
      try (InputStream body = response.body()) {
        text = body.readNBytes(MAX_JSON);
      }
      Digest digest = Digest.sha256(text);
      if (expected.isPresent() && !expected.get().equals(digest)) {
        throw damaged(expected.get());
      }
      Path blob = blob(digest);
      Files.createDirectories(blob.getParent());
      Files.write(blob, text);
      String type =
          response.headers().firstValue("Content-Type").orElse("").split(";", 2)[0].strip();
      if (!MANIFESTS.contains(type)) {
        type =
            Json.parseObject(reference.toString(), text)
                .text("mediaType")
                .orElse(MediaTypes.MANIFEST);
      }
      return Descriptor.of(type, digest, text.length);
    }

    private HostFailure damaged(Digest digest) {
      return new HostFailure(
          "cannot pull " + reference + ": what the registry sent for " + digest + " is damaged");
    }

    private Path blob(Digest digest) {
      return layout.resolve("blobs").resolve(digest.algorithm()).resolve(digest.hex());
    }

    /** Fetches a blob; a line that breaks is tried again. */
    private void fetch(Descriptor descriptor) throws IOException {
      Path blob = blob(descriptor.digest());
      if (Files.exists(blob)) {
        return; // checked before it got its name
      }
      Files.createDirectories(blob.getParent());
      Path partial = blob.resolveSibling(descriptor.digest().hex() + ".partial");
      IOException last = null;
      for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        try {
          copy(descriptor, partial);
          Files.move(partial, blob, StandardCopyOption.ATOMIC_MOVE);
          return;
        } catch (IOException e) {
          last = e;
        }
      }
      throw last;
    }

    private void copy(Descriptor descriptor, Path partial) throws IOException {
      HttpResponse<InputStream> response = get("blobs/" + descriptor.digest(), List.of());
      var out =
          new HashingOutputStream(Files.newOutputStream(partial), descriptor.digest().newHash());
      try (InputStream body = response.body();
          OutputStream file = out) {
        body.transferTo(file);
      }
      boolean isWhole =
          out.count() == descriptor.size()
              && Digest.ofHash(descriptor.digest().algorithm(), out.digest())
                  .equals(descriptor.digest());
      if (!isWhole) {
        Files.delete(partial);
        throw damaged(descriptor.digest());
      }
    }

    // ---- HTTP

    private URI address(String path) {
      String host = reference.registry();
      String name = host.replaceFirst(":\\d+$", "");
      String scheme = LOCAL.contains(name) ? "http" : "https";
      String server = host.equals("docker.io") ? "registry-1.docker.io" : host;
      return URI.create(scheme + "://" + server + "/v2/" + reference.repository() + "/" + path);
    }

    private HttpResponse<InputStream> get(String path, List<String> accepted) throws IOException {
      URI address = address(path);
      HttpResponse<InputStream> response = send(address, accepted, authorization);
      if (response.statusCode() == 401) {
        response.body().close();
        authorization = authorize(response);
        response = send(address, accepted, authorization);
      }
      for (int i = 0; i < REDIRECTS && response.statusCode() / 100 == 3; i++) {
        response.body().close();
        URI next =
            address.resolve(response.headers().firstValue("Location").orElse(address.toString()));
        if (address.getScheme().equals("https") && !"https".equals(next.getScheme())) {
          throw new HostFailure("cannot pull " + reference + ": the registry redirects to " + next);
        }
        // the login is for the registry, not for the store that it sends us to
        boolean isSame = next.getAuthority().equals(address.getAuthority());
        address = next;
        response = send(address, accepted, isSame ? authorization : Optional.empty());
      }
      if (response.statusCode() != 200) {
        response.body().close();
        throw failure(response.statusCode());
      }
      return response;
    }

    private RuntimeException failure(int status) {
      return switch (status) {
        case 401, 403 ->
            new Refused(
                "the registry does not let us pull " + reference,
                "check the name, or log in: " + logins.file());
        case 404 -> new Refused("there is no image " + reference, "check its name and tag");
        default ->
            new HostFailure("cannot pull " + reference + ": the registry answered " + status);
      };
    }

    private HttpResponse<InputStream> send(
        URI address, List<String> accepted, Optional<String> login) throws IOException {
      HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(ANSWER);
      accepted.forEach(type -> request.header("Accept", type));
      login.ifPresent(text -> request.header("Authorization", text));
      try {
        return client.send(request.build(), BodyHandlers.ofInputStream());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new HostFailure("interrupted while pulling " + reference);
      }
    }

    /** Answers the registry's challenge: with the login itself, or with a token for it. */
    private Optional<String> authorize(HttpResponse<?> response) throws IOException {
      String challenge = response.headers().firstValue("WWW-Authenticate").orElse("");
      Optional<String> login = logins.basic(reference.registry());
      if (!challenge.regionMatches(true, 0, "Bearer ", 0, 7)) {
        return login;
      }
      Map<String, String> parameters = new TreeMap<>();
      Matcher matcher = PARAMETER.matcher(challenge);
      while (matcher.find()) {
        parameters.put(matcher.group(1), matcher.group(2));
      }
      List<String> query = new ArrayList<>();
      for (String name : List.of("service", "scope")) {
        Optional.ofNullable(parameters.get(name))
            .ifPresent(
                value -> query.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
      }
      String realm = parameters.getOrDefault("realm", "");
      if (!realm.startsWith("https://") && !address("").getScheme().equals("http")) {
        throw new HostFailure("cannot log in to " + reference.registry() + " at '" + realm + "'");
      }
      HttpResponse<InputStream> answer =
          send(
              URI.create(realm + (realm.contains("?") ? "&" : "?") + String.join("&", query)),
              List.of(),
              login);
      try (InputStream body = answer.body()) {
        if (answer.statusCode() != 200) {
          throw failure(answer.statusCode() == 400 ? 401 : answer.statusCode());
        }
        JsonObject token = Json.parseObject(realm, body.readNBytes(MAX_JSON));
        return token.text("token").or(() -> token.text("access_token")).map(t -> "Bearer " + t);
      }
    }
  }
}
