package io.kairos.config;

import io.kairos.base.HostFailure;
import io.kairos.host.EnvironmentProxies;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Fetches over HTTP, three times before it gives up. Its client is made when first needed. */
public final class HttpFetcher implements Fetcher {
  private static final int ATTEMPTS = 3;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Duration pause;

  public HttpFetcher() {
    this(PAUSE);
  }

  /**
   * @param pause before the second attempt; doubled before each further one
   */
  public HttpFetcher(Duration pause) {
    this.pause = pause;
  }

  @Override
  public String fetch(URI address) {
    if (!"http".equals(address.getScheme()) && !"https".equals(address.getScheme())) {
      throw new HostFailure("cannot fetch " + address + ": only http and https are known");
    }
    HostFailure last = null;
    try (HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(10))
            .proxy(EnvironmentProxies.ofThisProcess())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()) {
      Duration wait = pause;
      for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        try {
          return once(client, address);
        } catch (HostFailure e) {
          last = e;
        }
        if (attempt < ATTEMPTS) {
          Thread.sleep(wait);
          wait = wait.multipliedBy(2);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while fetching " + address);
    }
    throw last;
  }

  private static String once(HttpClient client, URI address) throws InterruptedException {
    var request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(30)).build();
    try {
      var response =
          client.send(
              request,
              HttpResponse.BodyHandlers.limiting(
                  HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8),
                  CloudConfigFiles.LARGEST));
      if (response.statusCode() != 200) {
        throw new HostFailure(
            "cannot fetch " + address + ": the server answered " + response.statusCode());
      }
      return response.body();
    } catch (IOException e) {
      throw new HostFailure("cannot fetch " + address, e);
    }
  }
}
