package io.kairos.dist.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuntimePlannerTest {
  @Test
  void plansEveryStepBeforeAnyOfThem() throws IOException {
    var request =
        new RuntimeRequest(
            Path.of("/jdk"),
            List.of(Path.of("/m/base.jar"), Path.of("/m/dist.jar")),
            Path.of("/c"));
    var library = new CLibrary(List.of(Path.of("/lib/libc.so.6")), Path.of("/locale/C.utf8"));
    var plan =
        RuntimePlanner.plan(
            request, RuntimeData.load(), library, Path.of("/c/0.1"), Path.of("/c/0"));
    assertThat(plan.render()).isEqualTo(golden("runtime.plan"));
  }

  @Test
  void theListsAreReadWithoutTheirComments() {
    var data = RuntimeData.load();
    assertThat(data.modules()).containsExactly("java.base", "java.net.http");
    assertThat(data.options()).allMatch(option -> option.startsWith("-") && !option.contains("#"));
    assertThat(data.training()).contains(List.of("NodeMain", "kairos-agent", "version"));
    assertThat(data.embeddedPaths()).extracting(EmbeddedPath::file).isSubsetOf(data.libraries());
  }

  private static String golden(String name) throws IOException {
    try (var in = RuntimePlannerTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
