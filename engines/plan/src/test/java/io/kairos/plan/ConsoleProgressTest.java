package io.kairos.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
  private record Copy(String summary) implements Step {}

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Test
  void withoutATerminalThereIsOneLineAStepAndNoControlCharacter() {
    apply(
        false,
        Plan.<Copy>named("install").must(new Copy("copy the system")).build(),
        (_, on) -> {
          on.done(1, 2);
          on.done(2, 2);
          return Undo.NOTHING;
        });

    assertThat(shown())
        .isEqualTo(
            """
            [1/1] copy the system
                    50%
                    100%
            install: done in 0.0 s
            """);
  }

  @Test
  void onATerminalTheBarMovesOnTheLineOfItsStep() {
    apply(
        true,
        Plan.<Copy>named("install").must(new Copy("copy the system")).build(),
        (_, on) -> {
          on.done(1, 2);
          return Undo.NOTHING;
        });

    assertThat(shown()).contains("\r\033[2K[1/1] copy the system ██████████░░░░░░░░░░  50%");
  }

  @Test
  void aFailureThatThePolicyLetsPassIsAWarningAndTheLastErrorIsLeftToTheCaller() {
    var plan =
        Plan.<Copy>named("install")
            .should(new Copy("copy logs"))
            .must(new Copy("boot menu"))
            .build();

    assertThatThrownBy(
            () ->
                apply(
                    false,
                    plan,
                    (step, _) -> {
                      throw new IllegalStateException("no space for " + step.summary());
                    }))
        .hasMessage("no space for boot menu");

    assertThat(shown())
        .contains("warning: copy logs: no space for copy logs\n")
        .contains("failed: boot menu\n")
        .doesNotContain("no space for boot menu")
        .endsWith("install: stopped after 0.0 s\n");
  }

  @Test
  void longTimesAreSpokenInMinutes() {
    assertThat(ConsoleProgress.spoken(Duration.ofMillis(12_340))).isEqualTo("12.3 s");
    assertThat(ConsoleProgress.spoken(Duration.ofSeconds(125))).isEqualTo("2 min 5 s");
  }

  private void apply(boolean terminal, Plan<Copy> plan, Performer<Copy> performer) {
    var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    var clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    new Applier(clock, new ConsoleProgress(out, terminal, false, 80)).apply(plan, performer);
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
