package io.kairos.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * Sends requests with the certificates that their host deserves, each with deadlines. HTTP/1.1,
 * because each large blob then has a connection of its own. For concurrent use.
 */
final class RegistryHttp implements AutoCloseable {
  private final RegistryAccess access;
  private final Map<Trust, HttpClient> clients = new HashMap<>();

  /** What clients differ in. */
  private sealed interface Trust {
    record Plain() implements Trust {}

    record Usual(Optional<String> authority) implements Trust {}

    record Everybody() implements Trust {}
  }

  RegistryHttp(RegistryAccess access) {
    this.access = access;
  }

  /**
   * @param host of the registry on whose behalf: its certificates also count where it sends us
   * @param answer how long the head of the answer may take
   * @throws InterruptedIOException when this thread is interrupted
   */
  HttpAnswer send(HttpRequest request, String host, Duration answer) throws IOException {
    CompletableFuture<HttpResponse<InputStream>> future =
        client(request.uri(), host).sendAsync(request, BodyHandlers.ofInputStream());
    try {
      HttpResponse<InputStream> response = future.get(answer.toNanos(), TimeUnit.NANOSECONDS);
      return new HttpAnswer(
          request.uri(),
          response.statusCode(),
          response.headers(),
          new StallGuard(response.body(), access.deadlines().stall()));
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new IOException("no answer within " + answer.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  /** The client's own exceptions often have no message. */
  private static IOException failure(Throwable cause) {
    String what =
        switch (cause) {
          case java.net.http.HttpConnectTimeoutException _ -> "cannot connect in time";
          case java.net.ConnectException _ -> "cannot connect" + detail(cause);
          case java.nio.channels.UnresolvedAddressException _ -> "no such host";
          case javax.net.ssl.SSLException _ -> "TLS failed" + detail(cause);
          default -> cause.getMessage() == null ? cause.toString() : cause.getMessage();
        };
    return new IOException(what, cause);
  }

  private static String detail(Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof java.nio.channels.UnresolvedAddressException) {
        return ": no such host";
      }
      if (at.getMessage() != null) {
        return ": " + at.getMessage();
      }
    }
    return "";
  }

  private HttpClient client(URI address, String host) {
    Trust trust = trust(address, host);
    synchronized (clients) {
      return clients.computeIfAbsent(trust, this::make);
    }
  }

  private Trust trust(URI address, String onBehalfOf) {
    if (address.getScheme().equals("http")) {
      return new Trust.Plain();
    }
    RegistrySettings settings = access.settings();
    RegistrySettings.HostSettings host =
        settings.host(
            settings.hosts().containsKey(address.getAuthority())
                ? address.getAuthority()
                : onBehalfOf);
    return access.allowsInsecure() || host.skipsVerification()
        ? new Trust.Everybody()
        : new Trust.Usual(host.authority());
  }

  private HttpClient make(Trust trust) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(access.deadlines().connect())
            .proxy(access.proxies())
            .followRedirects(HttpClient.Redirect.NEVER);
    switch (trust) {
      case Trust.Plain() -> {}
      case Trust.Everybody() -> builder.sslContext(RegistryTrust.everybody());
      case Trust.Usual(var authority) -> builder.sslContext(usual(authority));
    }
    return builder.build();
  }

  private SSLContext usual(Optional<String> authority) {
    List<Path> more =
        authority.map(file -> access.resolve().apply(Path.of(file))).stream().toList();
    return RegistryTrust.of(access.certificates(), more);
  }

  @Override
  public void close() {
    synchronized (clients) {
      clients.values().forEach(HttpClient::shutdownNow);
    }
  }
}
