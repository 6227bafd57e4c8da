package io.kairos.operator.metrics;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.util.List;

/** Counts answers of the API server by code and method. */
public final class RequestMetrics implements Interceptor {
  private static final String NAME = "rest_client_requests_total";
  private static final String HELP = "Requests to the API server by code, method and host";

  private final MetricsRegistry registry;

  public RequestMetrics(MetricsRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    count(request, Integer.toString(response.code()));
  }

  @Override
  public void afterConnectionFailure(HttpRequest request, Throwable failure) {
    count(request, "<error>");
  }

  private void count(HttpRequest request, String code) {
    registry
        .counter(
            NAME,
            HELP,
            "code",
            code,
            "method",
            request.method(),
            "host",
            request.uri().getAuthority())
        .increment();
  }
}
