package io.kairos.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RolloutFiguresTest {
  private static final RolloutFigures OURS =
      new RolloutFigures(
          1000,
          10,
          12,
          Map.of("create jobs", 1000, "get nodes", 500, "list nodes", 2),
          300 << 20,
          20,
          768 << 10,
          700 << 10);

  private static Measurement named(List<Measurement> all, String what) {
    return all.stream().filter(one -> one.what().equals("rollout: " + what)).findFirst().get();
  }

  @Test
  void aloneTheyAreFiguresAndTheObjectIsAShareOfWhatEtcdTakes() {
    List<Measurement> alone = OURS.measurements(Optional.empty(), "1000 nodes");
    assertThat(named(alone, "API calls per node").value()).isEqualTo(1.502);
    assertThat(named(alone, "API calls per node: get nodes").value()).isEqualTo(0.5);
    assertThat(named(alone, "most memory of the operator").value()).isEqualTo(300);
    assertThat(named(alone, "until completed").ratio()).isEmpty();
    assertThat(named(alone, "largest NodeOp").ratio()).contains(0.5);
    assertThat(alone).noneMatch(one -> one.what().endsWith("list nodes"));
  }

  @Test
  void besideUpstreamsTheyAreRatios() {
    var theirs = new RolloutFigures(1000, 40, 40, Map.of("create jobs", 1000), 200 << 20, 5, 0, 0);
    List<Measurement> beside = OURS.measurements(Optional.of(theirs), "1000 nodes");
    assertThat(named(beside, "until completed").ratio()).contains(0.25);
    assertThat(named(beside, "most memory of the operator").ratio()).contains(1.5);
    assertThat(named(beside, "API calls per node: get nodes").ratio()).isEmpty();
  }
}
