package io.kairos.dist.workshop;

import io.kairos.base.Bytes;
import io.kairos.operator.rollout.RolloutKind;
import io.kairos.operator.rollout.RolloutReport;
import io.kairos.operator.rollout.RolloutReport.Part;
import io.kairos.operator.rollout.RolloutReport.Stage;
import io.kairos.operator.rollout.RolloutReport.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A rollout in words. What programs in pods have said is never handed to a terminal as it is. */
final class RolloutText {
  /** Of a message in a line of its part; at the end it is told as a whole. */
  private static final int SHOWN = 160;

  private RolloutText() {}

  static String lost(String why) {
    return "the API server does not answer (" + why + "); asking until it does";
  }

  /** {@code NodeOp default/upgrade}. */
  static String title(RolloutReport report) {
    return report.kind().word() + " " + report.namespace() + "/" + report.name();
  }

  /** {@code Running: 2 of 6 nodes done, 0 failed, about 20 min left}. */
  static String summary(RolloutReport report, Optional<Duration> left) {
    String phase = report.phase().isEmpty() ? "Waiting" : report.phase();
    String message = shortened(report.message());
    return phase
        + (message.isEmpty() ? "" : ": " + message)
        + left.map(RolloutText::minutes).map(", about %d min left"::formatted).orElse("");
  }

  /** Rounded up: nobody comes back too early. */
  static long minutes(Duration left) {
    return Math.max(1, left.plusSeconds(59).toMinutes());
  }

  /** {@code node-1: Drain: waiting for apps/web}. */
  static String line(Part part) {
    String message = shortened(part.message());
    return part.name()
        + ": "
        + part.word()
        + (part.attempt() > 1 ? " (attempt " + part.attempt() + ")" : "")
        + (part.reason().isEmpty() ? "" : " (" + part.reason() + ")")
        + (message.isEmpty() ? "" : ": " + message)
        + versions(part)
        + part.took().map(took -> ", took " + spelled(took)).orElse("");
  }

  private static String versions(Part part) {
    return part.toVersion()
        .map(to -> " [" + part.fromVersion().orElse("?") + " -> " + flat(to) + "]")
        .orElse("");
  }

  private static String spelled(Duration took) {
    return took.toMinutes() == 0
        ? took.toSeconds() + " s"
        : took.toMinutes() + " min " + took.toSecondsPart() + " s";
  }

  /** What stays of it: each failure as a whole, what was made, and what can be done now. */
  static List<String> closing(RolloutReport report) {
    var lines = new ArrayList<String>();
    for (Part part : report.parts()) {
      if (part.stage() == Stage.FAILED) {
        lines.add(
            "failed: "
                + part.name()
                + (part.reason().isEmpty() ? "" : ": " + part.reason())
                + (part.message().isEmpty() ? "" : ": " + indented(part.message())));
      }
    }
    report
        .files()
        .forEach(
            file ->
                lines.add(
                    "made: "
                        + file.kind()
                        + "  "
                        + flat(file.file())
                        + file.size().map(size -> "  " + Bytes.of(size)).orElse("")
                        + "  sha256:"
                        + flat(file.sha256())));
    if (report.state() == State.FAILED) {
      lines.add("  try: " + remedy(report));
    }
    return lines;
  }

  private static String remedy(RolloutReport report) {
    String object =
        " --namespace=" + report.namespace() + " " + report.kind().resource() + " " + report.name();
    if (report.kind() == RolloutKind.ARTIFACT) {
      return "kubectl edit" + object + "; a changed spec is built again, without finished steps";
    }
    boolean hasFailed = report.parts().stream().anyMatch(part -> part.stage() == Stage.FAILED);
    return hasFailed
        ? "kubectl annotate --overwrite"
            + object
            + " operator.kairos.io/retry-failed-nodes=\"$(date)\"; failed nodes are tried again"
        : "kubectl describe" + object;
  }

  /** In one line, and not too long. */
  private static String shortened(String text) {
    String flat = flat(text);
    return flat.length() <= SHOWN ? flat : flat.substring(0, SHOWN) + " …";
  }

  private static String flat(String text) {
    return harmless(text.strip().replaceAll("\\R+", " | "));
  }

  private static String indented(String text) {
    return harmless(text.strip().replaceAll("\\R", "\n    "));
  }

  /** Without what could move a cursor or colour a screen. */
  private static String harmless(String text) {
    return text.replaceAll("[\\p{Cc}&&[^\n]]", "?");
  }
}
