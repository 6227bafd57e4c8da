package io.kairos.stages.datasource;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class MetadataClientTest {
  private static final URI SOMEWHERE = URI.create("http://metadata.example/");

  /** Its own limit does not hold the HTTP client there: it would wait for as long as the latch. */
  @Test
  void aSilentNameServerIsNotWaitedFor() throws InterruptedException {
    var silent = new CountDownLatch(1);
    var client =
        new MetadataClient(
            UnaryOperator.identity(),
            name -> {
              try {
                silent.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            MetadataClient.PATIENCE);
    assertThatThrownBy(() -> client.get(SOMEWHERE, Map.of()))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("no name server tells where metadata.example is");
    silent.countDown();
  }

  @Test
  void aNameThatNobodyHasIsNamed() {
    var client =
        new MetadataClient(
            UnaryOperator.identity(),
            name -> {
              throw new UnknownHostException(name);
            },
            MetadataClient.PATIENCE);
    assertThatThrownBy(() -> client.get(SOMEWHERE, Map.of()))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("nobody is called metadata.example");
  }
}
