package io.kairos.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplierInterruptTest {
  private record Hold(String summary) implements Step {}

  @Test
  void anInterruptedPlanReleasesWhatItHoldsWithCallsThatAnInterruptWouldBreak(@TempDir Path folder)
      throws Exception {
    Path held = Files.writeString(folder.resolve("held"), "x");
    var plan = Plan.<Hold>named("hold").must(new Hold("one")).must(new Hold("two")).build();

    assertThatThrownBy(
            () ->
                new Applier(Clock.systemUTC(), Progress.SILENT)
                    .apply(
                        plan,
                        (_, _) -> {
                          Thread.currentThread().interrupt();
                          return () -> readAndDelete(held);
                        }))
        .isInstanceOf(Applier.Cancelled.class)
        .hasNoSuppressedExceptions();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(held).doesNotExist();
  }

  private static void readAndDelete(Path file) {
    try {
      assertThat(Files.readAllBytes(file)).isNotEmpty();
      Files.delete(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
