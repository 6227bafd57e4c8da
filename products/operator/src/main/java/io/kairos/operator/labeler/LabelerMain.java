package io.kairos.operator.labeler;

import io.kairos.formats.json.Json;
import io.kairos.operator.labeler.NodeLabels.Sources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Labels the node it runs on: once, or every {@code --every} seconds. {@code NODE_NAME} names the
 * node, {@code HOST_ETC_PATH} (/host/etc) and {@code HOST_RUN_COS_PATH} (/host/run/cos) are where
 * its files are.
 */
public final class LabelerMain {
  private static final List<String> MODES =
      List.of("active_mode", "passive_mode", "recovery_mode", "autoreset_mode", "live_mode");

  private final Map<String, String> environment;
  private final NodeApi api;

  LabelerMain(Map<String, String> environment, NodeApi api) {
    this.environment = environment;
    this.api = api;
  }

  public static void main(String[] args) throws InterruptedException {
    Map<String, String> environment = System.getenv();
    if (environment.getOrDefault("NODE_NAME", "").isEmpty()) {
      System.err.println("NODE_NAME is not set\n  try: take it from spec.nodeName of the pod");
      System.exit(1);
    }
    Duration every = every(args);
    var labeler = new LabelerMain(environment, NodeApi.inCluster(environment));
    if (every.isZero()) {
      try {
        labeler.sync();
      } catch (IOException e) {
        System.err.println("cannot label the node: " + e.getMessage());
        System.exit(1);
      }
      return;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0)));
    labeler.syncEvery(every);
  }

  private static Duration every(String[] args) {
    for (int i = 0; i < args.length; i++) {
      String word = args[i].startsWith("--") ? args[i].substring(1) : args[i];
      if (word.startsWith("-every=")) {
        return Duration.ofSeconds(Long.parseLong(word.substring("-every=".length())));
      }
      if (word.equals("-every") && i + 1 < args.length) {
        return Duration.ofSeconds(Long.parseLong(args[i + 1]));
      }
    }
    return Duration.ZERO;
  }

  /** A node that cannot be labelled now is tried again at the next turn. */
  private void syncEvery(Duration every) throws InterruptedException {
    while (true) {
      try {
        sync();
      } catch (IOException e) {
        System.err.println("cannot label the node now: " + e.getMessage());
      }
      TimeUnit.SECONDS.sleep(every.toSeconds());
    }
  }

  /** Writes only what differs, and nothing at all to a node that is none of Kairos. */
  void sync() throws IOException, InterruptedException {
    Optional<NodeLabels> wanted = NodeLabels.of(sources());
    if (wanted.isEmpty()) {
      return;
    }
    String node = environment.get("NODE_NAME");
    NodeApi.Metadata now = api.read(node);
    Map<String, Object> patch = wanted.get().patch(now.labels(), now.annotations());
    if (!patch.isEmpty()) {
      api.patch(node, Json.write(Map.of("metadata", patch)));
    }
  }

  Sources sources() {
    Path etc = Path.of(environment.getOrDefault("HOST_ETC_PATH", "/host/etc"));
    Path cos = Path.of(environment.getOrDefault("HOST_RUN_COS_PATH", "/host/run/cos"));
    Path proc = Path.of(environment.getOrDefault("PROC_PATH", "/proc"));
    return new Sources(
        text(etc.resolve("kairos-release")),
        text(etc.resolve("os-release")),
        text(proc.resolve("cmdline")),
        MODES.stream().filter(mode -> Files.exists(cos.resolve(mode))).findFirst(),
        text(Path.of(environment.getOrDefault("BOOT_ID_PATH", proc + "/sys/kernel/random/boot_id")))
            .map(String::strip));
  }

  /** A file that is not there, or may not be read, says nothing. */
  private static Optional<String> text(Path path) {
    try {
      return Optional.of(Files.readString(path, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
