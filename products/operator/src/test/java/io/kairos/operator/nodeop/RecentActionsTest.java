package io.kairos.operator.nodeop;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.operator.nodeop.NodeOpAction.Cordon;
import io.kairos.operator.nodeop.NodeOpAction.CreateJob;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecentActionsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final NodeOpAction CORDON = new Cordon("n1");
  private static final NodeOpAction JOB = new CreateJob("n1", 1, "job");

  private final RecentActions recent = new RecentActions();

  @Test
  void whatWasJustDoneIsLeftOutForThatNodeOpAlone() {
    recent.done("one", Map.of(CORDON, NOW));
    assertThat(recent.without("one", List.of(CORDON, JOB), NOW.plusSeconds(1)))
        .containsExactly(JOB);
    assertThat(recent.without("another", List.of(CORDON, JOB), NOW)).containsExactly(CORDON, JOB);
  }

  @Test
  void whatHasNotComeAboutAfterSomeTimeIsDoneAgain() {
    recent.done("one", Map.of(CORDON, NOW));
    assertThat(recent.without("one", List.of(CORDON), NOW.plusSeconds(5))).containsExactly(CORDON);
    recent.done("one", Map.of(CORDON, NOW.plusSeconds(5)));
    recent.forget("one");
    assertThat(recent.without("one", List.of(CORDON), NOW.plusSeconds(5))).containsExactly(CORDON);
  }
}
