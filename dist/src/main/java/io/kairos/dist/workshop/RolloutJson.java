package io.kairos.dist.workshop;

import io.kairos.formats.json.Json;
import io.kairos.operator.rollout.RolloutKind;
import io.kairos.operator.rollout.RolloutReport;
import io.kairos.operator.rollout.RolloutReport.File;
import io.kairos.operator.rollout.RolloutReport.Part;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** For programs: an object in a line for each change; docs/rollout.md says what is in it. */
final class RolloutJson extends RolloutStream {
  private final Map<String, Part> told = new HashMap<>();

  RolloutJson(PrintStream out, PrintStream err) {
    super(out, err);
  }

  @Override
  public void changed(RolloutReport now, Optional<Duration> left) {
    List<Part> shown =
        now.parts().stream()
            .filter(part -> !part.equals(told.put(part.name(), part)) || now.isFinished())
            .toList();
    var object = new LinkedHashMap<String, Object>();
    object.put("kind", now.kind().word());
    object.put("namespace", now.namespace());
    object.put("name", now.name());
    object.put("state", now.state().name().toLowerCase(Locale.ROOT));
    object.put("phase", now.phase());
    object.put("message", now.message());
    object.put("done", now.done());
    object.put("total", now.total());
    left.ifPresent(time -> object.put("secondsLeft", time.toSeconds()));
    object.put(
        now.kind() == RolloutKind.ARTIFACT ? "steps" : "nodes",
        shown.stream().map(RolloutJson::tree).toList());
    if (now.kind() == RolloutKind.ARTIFACT) {
      object.put("artifacts", now.files().stream().map(RolloutJson::tree).toList());
    }
    out.println(Json.write(object));
    requireReader(now);
  }

  private static Map<String, Object> tree(Part part) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("name", part.name());
    tree.put("stage", part.stage().name().toLowerCase(Locale.ROOT));
    tree.put("step", part.word());
    tree.put("attempt", part.attempt());
    if (!part.reason().isEmpty()) {
      tree.put("reason", part.reason());
    }
    if (!part.message().isEmpty()) {
      tree.put("message", part.message());
    }
    part.fromVersion().ifPresent(version -> tree.put("fromVersion", version));
    part.toVersion().ifPresent(version -> tree.put("toVersion", version));
    part.took().ifPresent(took -> tree.put("seconds", took.toSeconds()));
    return tree;
  }

  private static Map<String, Object> tree(File file) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("kind", file.kind());
    tree.put("file", file.file());
    file.size().ifPresent(size -> tree.put("size", size));
    tree.put("sha256", file.sha256());
    return tree;
  }
}
