package io.kairos.dist.workshop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the demo shows at its end.
 *
 * @param hints how to look around
 */
record DemoReport(
    List<Timeline.Entry> steps,
    List<Artifact> artifacts,
    List<NodeCheck.Result> checks,
    List<String> hints) {

  DemoReport {
    steps = List.copyOf(steps);
    artifacts = List.copyOf(artifacts);
    checks = List.copyOf(checks);
    hints = List.copyOf(hints);
  }

  boolean isGood() {
    return checks.stream().allMatch(NodeCheck.Result::holds);
  }

  String render() {
    var text = new StringBuilder();
    table(text, "Steps", steps.stream().map(DemoReport::row).toList());
    Duration sum = steps.stream().map(Timeline.Entry::took).reduce(Duration.ZERO, Duration::plus);
    text.append("  ").append("total ").append(spoken(sum)).append('\n');
    table(text, "Artifacts", artifacts.stream().map(DemoReport::row).toList());
    table(text, "Checked on the node", checks.stream().map(DemoReport::row).toList());
    if (!hints.isEmpty()) {
      text.append("\nLook around\n");
      hints.forEach(hint -> text.append("  ").append(hint).append('\n'));
    }
    return text.toString();
  }

  private static List<String> row(Timeline.Entry step) {
    return List.of(step.what(), step.reused() ? "reused" : spoken(step.took()));
  }

  private static List<String> row(Artifact artifact) {
    return List.of(
        artifact.name(),
        artifact.size().toString(),
        shortened(artifact.digest()),
        artifact.path().toString());
  }

  private static List<String> row(NodeCheck.Result result) {
    return List.of(result.holds() ? "ok" : "FAILED", result.check().claim(), result.answer());
  }

  private static String shortened(String digest) {
    return digest.length() > 19 ? digest.substring(0, 19) : digest;
  }

  private static void table(StringBuilder text, String title, List<List<String>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    text.append('\n').append(title).append('\n');
    var widths = new ArrayList<Integer>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        if (widths.size() <= i) {
          widths.add(0);
        }
        widths.set(i, Math.max(widths.get(i), row.get(i).length()));
      }
    }
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append("  ").append(row.get(i)).repeat(' ', widths.get(i) - row.get(i).length());
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
  }

  static String spoken(Duration took) {
    return took.compareTo(Duration.ofMinutes(1)) < 0
        ? String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0)
        : took.toMinutes() + " min " + took.toSecondsPart() + " s";
  }
}
