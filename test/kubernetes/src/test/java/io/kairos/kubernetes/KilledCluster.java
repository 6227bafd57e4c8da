package io.kairos.kubernetes;

import io.kairos.host.linux.LinuxHost;
import java.nio.file.Path;

/** Starts a cluster of one node, says what belongs to it, and waits to be killed. */
final class KilledCluster {
  private KilledCluster() {}

  public static void main(String[] args) throws InterruptedException {
    var host = LinuxHost.here();
    try (var cluster =
        Cluster.start(host, ClusterSpec.cluster(Path.of(args[0]), Path.of(args[1]), 1))) {
      Leftovers belongings = Leftovers.of(cluster);
      System.out.println("up " + belongings.link() + " " + belongings.groups().getFirst());
      Thread.currentThread().join();
    }
  }
}
