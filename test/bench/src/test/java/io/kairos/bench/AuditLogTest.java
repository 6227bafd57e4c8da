package io.kairos.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  private static final String PATCH =
      "{\"verb\":\"patch\",\"objectRef\":{\"resource\":\"nodeops\",\"subresource\":\"status\"}}\n";
  private static final String GET = "{\"verb\":\"get\",\"objectRef\":{\"resource\":\"nodes\"}}\n";

  @Test
  void eachCallIsCountedOnceAndAnUnfinishedLineLater(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("audit.log");
    var log = new AuditLog(file);
    assertThat(log.next()).isEmpty();
    int half = GET.length() / 2;
    Files.writeString(file, PATCH + PATCH + GET + GET.substring(0, half));
    assertThat(log.next()).isEqualTo(Map.of("patch nodeops/status", 2, "get nodes", 1));
    assertThat(log.next()).isEmpty();
    Files.writeString(file, GET.substring(half), StandardOpenOption.APPEND);
    assertThat(log.next()).isEqualTo(Map.of("get nodes", 1));
  }

  @Test
  void aCallOfNoResourceCountsToo(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("audit.log"), "{\"verb\":\"get\",\"requestURI\":\"/version\"}\n");
    assertThat(new AuditLog(file).next()).isEqualTo(Map.of("get other", 1));
  }
}
