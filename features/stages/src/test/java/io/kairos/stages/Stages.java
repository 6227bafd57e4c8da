package io.kairos.stages;

import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A node in a folder, with a stage runner and its log. */
public final class Stages {
  public final ScratchHost host;
  public final List<String> log = Collections.synchronizedList(new ArrayList<>());

  public Stages(Path root) {
    host =
        new ScratchHost(root)
            .withDirectory("/oem")
            .withDirectory("/tmp")
            .withDirectory("/run")
            .with("/proc/sys/kernel/hostname", "node1\n")
            .with("/etc/hosts", "127.0.0.1 boo\n")
            .with("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
            .with("/etc/group", "root:x:0:\n")
            .with("/etc/shadow", "root:*:1::::::\n")
            .answering("systemctl", command -> new Output(0, "", ""));
  }

  public Stages file(String path, String text) {
    host.with(path, text);
    return this;
  }

  public StageRunner runner() {
    return new StageRunner(
        host,
        address -> {
          throw new io.kairos.base.HostFailure("no network: " + address);
        },
        (level, line) -> log.add(level + " " + line));
  }

  /** Runs a stage over {@code /oem}. */
  public StageReport run(String stage) {
    return runner().run(stage, StageSources.only("/oem"));
  }

  /** Runs one step, written as YAML. */
  public StageReport step(String step) {
    file("/oem/step.yaml", "stages:\n  test:\n  - " + step.strip().replace("\n", "\n    ") + "\n");
    return run("test");
  }
}
