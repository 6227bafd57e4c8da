package io.kairos.dist.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.formats.json.Json;
import io.kairos.operator.rollout.RolloutKind;
import io.kairos.operator.rollout.RolloutListener;
import io.kairos.operator.rollout.RolloutReport;
import io.kairos.operator.rollout.RolloutReport.Part;
import io.kairos.operator.rollout.RolloutReport.Stage;
import io.kairos.operator.rollout.RolloutReport.State;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One rollout in each of its three forms. */
class RolloutTextTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private static Part part(String name, Stage stage, String word, String message) {
    return new Part(
        name, stage, word, 1, "", message, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static RolloutReport report(State state, List<Part> parts) {
    return new RolloutReport(
        RolloutKind.NODE_OP,
        "default",
        "op",
        state == State.RUNNING ? "Running" : "Failed",
        "1 of 30 nodes done",
        state,
        1,
        30,
        false,
        Optional.empty(),
        parts,
        List.of());
  }

  private String said(Function<PrintStream, RolloutListener> form, RolloutReport... reports) {
    RolloutListener listener = form.apply(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    for (RolloutReport report : reports) {
      listener.changed(report, Optional.of(Duration.ofSeconds(61)));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void inAPipeOnlyWhatChangesIsALine() {
    var first = report(State.RUNNING, List.of(part("a", Stage.WORKING, "Drain", "m")));
    var second = report(State.RUNNING, List.of(part("a", Stage.WORKING, "Job", "m")));
    assertThat(said(out -> new RolloutLines(out, out), first, first, second).lines())
        .containsExactly(
            "NodeOp default/op",
            "  a: Drain: m",
            "Running: 1 of 30 nodes done, about 2 min left",
            "  a: Job: m");
  }

  @Test
  void aFailureIsToldAsAWholeAndHarmless() {
    String log = "x".repeat(300) + "\n\033[2Jlast line";
    var end = report(State.FAILED, List.of(part("a", Stage.FAILED, "Failed", log)));
    assertThat(said(out -> new RolloutLines(out, out), end))
        .contains("x".repeat(160) + " …", "x".repeat(300) + "\n    ?[2Jlast line")
        .doesNotContain("\033")
        .contains("kubectl annotate --overwrite --namespace=default nodeop op");
  }

  @Test
  void programsGetWhatChangedAndAtTheEndAll() {
    Part done = part("a", Stage.DONE, "Completed", "");
    var first = report(State.RUNNING, List.of(done, part("b", Stage.WORKING, "Job", "")));
    var second = report(State.RUNNING, List.of(done, part("b", Stage.WORKING, "Reboot", "")));
    var last = report(State.FAILED, List.of(done, part("b", Stage.FAILED, "Failed", "")));
    List<Map<?, ?>> objects =
        said(out -> new RolloutJson(out, out), first, second, last)
            .lines()
            .<Map<?, ?>>map(line -> (Map<?, ?>) Json.parse("test", line))
            .toList();
    assertThat(objects)
        .extracting(each -> ((List<?>) each.get("nodes")).size())
        .containsExactly(2, 1, 2);
    assertThat(objects.getFirst().get("secondsLeft")).isEqualTo(61L);
    assertThat(objects.getLast().get("state")).isEqualTo("failed");
  }

  @Test
  void onATerminalThePictureStaysOnOneScreenWithWhatIsAtWorkFirst() {
    List<Part> many =
        IntStream.range(0, 30)
            .mapToObj(
                i ->
                    part(
                        "n" + i,
                        i == 29 ? Stage.WORKING : Stage.DONE,
                        i == 29 ? "Job" : "Completed",
                        ""))
            .toList();
    var running = report(State.RUNNING, many);
    List<String> lines = said(RolloutScreen::new, running, running).lines().toList();
    assertThat(lines.subList(0, 2)).last().isEqualTo("> n29: Job");
    assertThat(lines.size() / 2).isLessThan(24);
    assertThat(lines).contains("  and 12 more").anyMatch(line -> line.contains("\033[20A"));
  }
}
