package io.kairos.images;

import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One place that serves a repository: the registry, or a mirror of it. It logs in when it is asked
 * to, again when a token has expired, and follows redirects. For concurrent use.
 */
final class RegistryEndpoint {
  private static final int REDIRECTS = 5;
  private static final int MAX_JSON = 16 << 20;

  /** The answer to an upload comes after its last octet. */
  private static final Duration UPLOAD = Duration.ofHours(2);

  private final RegistryHttp http;
  private final RegistryDeadlines deadlines;
  private final String host;
  private final Supplier<Optional<RegistryLogin>> login;
  private final String scope;
  private final Optional<String> namespace;

  /** Ways to the same place, until one has answered: HTTPS, and HTTP where that may be. */
  private volatile List<URI> bases;

  private volatile Optional<String> authorization = Optional.empty();

  /**
   * @param bases addresses of the repository, with a slash at the end
   * @param login asked for when the endpoint wants one
   * @param scope what tokens have to allow
   * @param namespace the registry that a mirror stands for
   */
  RegistryEndpoint(
      RegistryHttp http,
      RegistryDeadlines deadlines,
      List<URI> bases,
      Supplier<Optional<RegistryLogin>> login,
      String scope,
      Optional<String> namespace) {
    this.http = http;
    this.deadlines = deadlines;
    this.bases = List.copyOf(bases);
    this.host = bases.getFirst().getAuthority();
    this.login = login;
    this.scope = scope;
    this.namespace = namespace;
  }

  String host() {
    return host;
  }

  /**
   * @throws RegistryFailure when the answer is none of those that the request expects
   */
  HttpAnswer send(RegistryRequest request) throws IOException {
    List<URI> ways = bases;
    RegistryFailure first = null;
    for (URI base : ways) {
      try {
        HttpAnswer answer = sendTo(base, request);
        bases = List.of(base);
        return answer;
      } catch (InterruptedIOException e) {
        throw e;
      } catch (RegistryFailure e) {
        if (e.status().isPresent()) {
          bases = List.of(base);
        }
        throw e;
      } catch (IOException e) {
        RegistryFailure failure = RegistryFailure.ofLine(base.getAuthority(), e);
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    throw first;
  }

  private HttpAnswer sendTo(URI base, RegistryRequest request) throws IOException {
    URI address = address(base, request.path());
    Optional<String> used = authorization;
    Duration deadline = request.method().equals("PUT") ? UPLOAD : deadlines.answer();
    HttpAnswer answer = http.send(build(request, address, used), host, deadline);
    if (answer.status() == 401) {
      answer.close();
      used = renewed(base, answer, used);
      answer = http.send(build(request, address, used), host, deadline);
    }
    Set<URI> seen = new HashSet<>(Set.of(address));
    while (isRedirect(answer.status())) {
      answer.close();
      URI next = redirected(answer, address, seen);
      // the login is for the registry, not for the store that it sends us to
      boolean isSame = next.getAuthority().equals(base.getAuthority());
      address = next;
      answer = http.send(build(request, address, isSame ? used : Optional.empty()), host, deadline);
    }
    if (request.expected().contains(answer.status())) {
      return answer;
    }
    answer.close();
    throw failure(answer, address.getAuthority().equals(base.getAuthority()));
  }

  private URI address(URI base, String path) {
    URI address = base.resolve(path);
    if (namespace.isEmpty()) {
      return address;
    }
    return URI.create(address + (address.getQuery() == null ? "?" : "&") + "ns=" + namespace.get());
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private URI redirected(HttpAnswer answer, URI from, Set<URI> seen) throws RegistryFailure {
    String location =
        answer
            .header("Location")
            .orElseThrow(() -> RegistryFailure.ofConduct(host + " redirects to nowhere"));
    URI next;
    try {
      next = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw RegistryFailure.ofConduct(host + " redirects to no address");
    }
    if (next.getAuthority() == null || !String.valueOf(next.getScheme()).startsWith("http")) {
      throw RegistryFailure.ofConduct(host + " redirects to no address");
    }
    if (from.getScheme().equals("https") && !next.getScheme().equals("https")) {
      throw RegistryFailure.ofConduct(
          host + " redirects from HTTPS to plain HTTP at " + next.getAuthority());
    }
    if (!seen.add(next) || seen.size() > REDIRECTS) {
      throw RegistryFailure.ofConduct(
          host + " redirects in a circle, or more than " + REDIRECTS + " times");
    }
    return next;
  }

  private static HttpRequest build(
      RegistryRequest request, URI address, Optional<String> authorization) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(address).method(request.method(), request.body().get());
    if (!request.accepted().isEmpty()) {
      builder.header("Accept", String.join(", ", request.accepted()));
    }
    builder.header("User-Agent", "kairos");
    request.headers().forEach(builder::header);
    authorization.ifPresent(text -> builder.header("Authorization", text));
    return builder.build();
  }

  private RegistryFailure failure(HttpAnswer answer, boolean isRegistry) {
    int status = answer.status();
    boolean isBusy = status == 429 || status == 408 || status >= 500;
    Duration pause = isBusy ? retryAfter(answer) : Duration.ZERO;
    // a store's signed address may have expired: the registry gives a new one
    return RegistryFailure.ofStatus(
        isRegistry ? host : answer.from().getAuthority() + ", where " + host + " sends us,",
        status,
        isBusy || !isRegistry,
        pause);
  }

  /** Seconds, or a date (RFC 9110, 10.2.3). */
  private static Duration retryAfter(HttpAnswer answer) {
    String text = answer.header("Retry-After").orElse("").strip();
    if (text.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    try {
      Instant time = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(Instant.now(), time);
      return left.isNegative() ? Duration.ZERO : left;
    } catch (DateTimeParseException e) {
      return Duration.ZERO;
    }
  }

  // ---- logging in

  /**
   * Answers a challenge. Several requests may find at once that a token has expired; the first gets
   * a new one for all.
   */
  private synchronized Optional<String> renewed(
      URI base, HttpAnswer refusal, Optional<String> refused) throws IOException {
    if (!authorization.equals(refused)) {
      return authorization;
    }
    RegistryChallenge challenge =
        RegistryChallenge.parse(refusal.header("WWW-Authenticate").orElse(""));
    Optional<String> fresh = challenge.scheme().equals("bearer") ? token(base, challenge) : basic();
    if (fresh.isEmpty()) {
      throw RegistryFailure.ofStatus(host, 401, false, Duration.ZERO);
    }
    authorization = fresh;
    return fresh;
  }

  private Optional<String> basic() {
    return login
        .get()
        .filter(RegistryLogin.Basic.class::isInstance)
        .map(found -> ((RegistryLogin.Basic) found).text());
  }

  private Optional<String> token(URI base, RegistryChallenge challenge) throws IOException {
    String realm = challenge.parameter("realm").orElse("");
    if (!realm.startsWith("https://")
        && !(realm.startsWith("http://") && base.getScheme().equals("http"))) {
      throw RegistryFailure.ofConduct(host + " wants a login to be sent to '" + realm + "'");
    }
    List<String> parameters = new ArrayList<>();
    challenge.parameter("service").ifPresent(service -> add(parameters, "service", service));
    add(parameters, "scope", challenge.parameter("scope").orElse(scope));
    HttpRequest.Builder request;
    if (login.get().orElse(null) instanceof RegistryLogin.IdentityToken token) {
      add(parameters, "grant_type", "refresh_token");
      add(parameters, "client_id", "kairos");
      add(parameters, "refresh_token", token.text());
      request =
          HttpRequest.newBuilder(URI.create(realm))
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(BodyPublishers.ofString(String.join("&", parameters)));
    } else {
      String query = String.join("&", parameters);
      request =
          HttpRequest.newBuilder(URI.create(realm + (realm.contains("?") ? "&" : "?") + query));
      basic().ifPresent(text -> request.header("Authorization", text));
    }
    try (HttpAnswer answer = http.send(request.build(), host, deadlines.answer())) {
      if (answer.status() == 400 || answer.status() == 401 || answer.status() == 403) {
        throw RegistryFailure.ofStatus(host, 401, false, Duration.ZERO);
      }
      if (answer.status() != 200) {
        throw failure(answer, false);
      }
      JsonObject json = Json.parseObject(realm, answer.body().readNBytes(MAX_JSON));
      return json.text("token").or(() -> json.text("access_token")).map(text -> "Bearer " + text);
    }
  }

  private static void add(List<String> parameters, String name, String value) {
    parameters.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
  }
}
