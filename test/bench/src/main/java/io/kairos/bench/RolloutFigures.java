package io.kairos.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a rollout has taken.
 *
 * @param seconds until it was completed
 * @param quiet seconds until the operator had nothing more to do
 * @param calls of the operator until then, by verb and resource
 * @param peakMemory of the operator since its start, in bytes
 * @param cpuSeconds of the operator for the rollout
 * @param largestNodeOp and {@code largestUpgrade}: most bytes of JSON that the object had, which is
 *     what etcd stores
 */
record RolloutFigures(
    int nodes,
    double seconds,
    double quiet,
    Map<String, Integer> calls,
    long peakMemory,
    double cpuSeconds,
    long largestNodeOp,
    long largestUpgrade) {
  /** Of a request to etcd, by its default. */
  private static final double ETCD_LIMIT = 1.5 * 1024 * 1024;

  private static final double KIB = 1024;
  private static final double MIB = 1024 * 1024;

  /** Calls for whole rollouts rather than nodes are left out of the list. */
  private static final double SHOWN_PER_NODE = 0.01;

  /**
   * @param other of upstream's operator, where it could be had
   */
  List<Measurement> measurements(Optional<RolloutFigures> other, String remark) {
    var list = new ArrayList<Measurement>();
    list.add(figure("until completed", seconds, "s", other.map(o -> o.seconds), remark));
    list.add(figure("until the operator is quiet", quiet, "s", other.map(o -> o.quiet), ""));
    list.add(
        figure(
            "most memory of the operator",
            peakMemory / MIB,
            "MiB",
            other.map(o -> o.peakMemory / MIB),
            "resident, since its start"));
    list.add(figure("CPU of the operator", cpuSeconds, "s", other.map(o -> o.cpuSeconds), ""));
    list.add(
        figure(
            "API calls per node",
            perNode(total()),
            "",
            other.map(o -> o.perNode(o.total())),
            "of the operator"));
    calls.forEach(
        (what, count) -> {
          if (perNode(count) >= SHOWN_PER_NODE) {
            list.add(
                figure(
                    "API calls per node: " + what,
                    perNode(count),
                    "",
                    other.map(o -> o.perNode(o.calls.getOrDefault(what, 0))).filter(n -> n > 0),
                    ""));
          }
        });
    String ofLimit = "of what etcd takes";
    list.add(
        Measurement.compared(
            "rollout: largest NodeOp", largestNodeOp / KIB, "KiB", ETCD_LIMIT / KIB, ofLimit));
    list.add(
        Measurement.compared(
            "rollout: largest NodeOpUpgrade",
            largestUpgrade / KIB,
            "KiB",
            ETCD_LIMIT / KIB,
            ofLimit));
    return list;
  }

  private static Measurement figure(
      String what, double value, String unit, Optional<Double> other, String remark) {
    String name = "rollout: " + what;
    return other
        .map(
            with ->
                Measurement.compared(
                    name,
                    value,
                    unit,
                    with,
                    remark + (remark.isEmpty() ? "" : ", ") + "to upstream's"))
        .orElseGet(() -> Measurement.of(name, value, unit, remark));
  }

  private int total() {
    return calls.values().stream().mapToInt(Integer::intValue).sum();
  }

  private double perNode(int count) {
    return (double) count / nodes;
  }
}
