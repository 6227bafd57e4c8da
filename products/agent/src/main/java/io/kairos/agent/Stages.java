package io.kairos.agent;

import io.kairos.host.Host;
import java.nio.file.Path;
import java.util.List;

/** Runs a stage of the cloud-configs, with what belongs before and after it. */
@FunctionalInterface
public interface Stages {
  /**
   * @param host the system on which the stage acts, and whose cloud-config folders are read
   * @param sources files and folders read besides the usual ones
   */
  void run(String stage, Host host, List<Path> sources);
}
