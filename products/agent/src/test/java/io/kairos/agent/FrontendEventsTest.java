package io.kairos.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.plan.Applier;
import io.kairos.plan.Plan;
import io.kairos.plan.Step;
import io.kairos.plan.Undo;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class FrontendEventsTest {
  private record Work(String summary) implements Step {}

  /** agent.md, 2.13: front ends parse exactly this. */
  @Test
  void oneJsonObjectALineAndNothingForStepsWithoutAName() {
    var bytes = new ByteArrayOutputStream();
    var events = new FrontendEvents(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    var plan =
        Plan.<Work>named("install")
            .milestone("partition")
            .must(new Work("table"))
            .must(new Work("format"))
            .milestone("active")
            .must(new Work("copy"))
            .build();

    new Applier(Clock.systemUTC(), events).apply(plan, (_, _) -> Undo.NOTHING);
    events.done();
    events.error("no disk\n  try: attach one");

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"event":"step","step":"partition"}
            {"event":"step","step":"active"}
            {"event":"step","step":"done"}
            {"event":"error","message":"no disk\\n  try: attach one"}
            """);
  }
}
