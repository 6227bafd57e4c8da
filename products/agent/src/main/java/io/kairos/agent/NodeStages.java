package io.kairos.agent;

import io.kairos.base.HostFailure;
import io.kairos.config.Config;
import io.kairos.host.Host;
import io.kairos.stages.StageLog;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The stages of a node: its own folders, those that the configuration adds, and the kernel command
 * line.
 *
 * @param machine whose command line counts, also for stages inside an image
 * @param paths folders and files besides the usual ones
 */
public record NodeStages(Host machine, List<String> paths, StageLog log) implements Stages {
  public NodeStages {
    paths = List.copyOf(paths);
  }

  public static NodeStages of(Host machine, Config config, StageLog log) {
    return new NodeStages(machine, config.stages().paths(), log);
  }

  /**
   * @throws HostFailure with every error of the stage; the caller's policy decides what it is worth
   */
  @Override
  public void run(String stage, Host host, List<Path> more) {
    var _ =
        new StageRunner(host, log)
            .run(
                stage,
                StageSources.standard()
                    .and(paths)
                    .and(more.stream().map(Path::toString).toList())
                    .withCommandLine(commandLine(machine)))
            .orThrow();
  }

  static String commandLine(Host host) {
    try {
      return Files.readString(host.path("/proc/cmdline")).strip();
    } catch (IOException e) {
      throw new HostFailure("cannot read the kernel command line", e);
    }
  }
}
