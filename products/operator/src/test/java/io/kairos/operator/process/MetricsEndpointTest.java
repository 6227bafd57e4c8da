package io.kairos.operator.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.operator.OperatorOptions;
import io.kairos.operator.metrics.ControllerMetrics;
import io.kairos.operator.metrics.MetricsRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetricsEndpointTest {
  private static HttpResponse<String> get(String address) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(address)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void seriesHaveTheNamesOfControllerRuntime() throws Exception {
    var registry = new MetricsRegistry();
    new ControllerMetrics(registry).reconciled("nodeop", "success", 0.02);
    var options =
        OperatorOptions.parse(
            List.of("--metrics-bind-address=127.0.0.1:0", "--metrics-secure=false"));
    try (var endpoint = MetricsEndpoint.serve(options, registry, null, InstantSource.system())) {
      HttpResponse<String> answer = get("http://127.0.0.1:" + endpoint.port() + "/metrics");
      assertThat(answer.body())
          .contains(
              "controller_runtime_reconcile_total{controller=\"nodeop\",result=\"success\"} 1",
              "controller_runtime_reconcile_time_seconds_bucket{controller=\"nodeop\",le=\"0.025\"} 1",
              "# TYPE controller_runtime_reconcile_total counter");
    }
  }

  @Test
  void probesTellWhatIsWrong() throws Exception {
    try (var endpoint =
        HealthEndpoint.serve("127.0.0.1:0", Optional::empty, () -> Optional.of("no API server"))) {
      assertThat(get("http://127.0.0.1:" + endpoint.port() + "/healthz").body()).isEqualTo("ok");
      HttpResponse<String> ready = get("http://127.0.0.1:" + endpoint.port() + "/readyz");
      assertThat(ready.statusCode()).isEqualTo(500);
      assertThat(ready.body()).isEqualTo("no API server");
    }
  }

  @Test
  void aCertificateOfOnesOwnIsOverItsOwnKey() throws Exception {
    var own = SelfSignedCertificate.of("kairos-operator");
    own.certificate().verify(own.certificate().getPublicKey());
    own.certificate().checkValidity();
    assertThat(own.certificate().getSubjectX500Principal().getName())
        .isEqualTo("CN=kairos-operator");
  }
}
