package io.kairos.dist.workshop;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.dist.Requirements;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.KubernetesProgram;
import io.kairos.kubernetes.ManifestRenderers;

/** {@code kairos cluster}: a Kubernetes on this machine, to try things on. */
final class ClusterVerbs {
  private final LinuxHost host;
  private final Console console;

  ClusterVerbs(LinuxHost host, Console console) {
    this.host = host;
    this.console = console;
  }

  Verb verb() {
    return Verb.named("cluster")
        .summary("a Kubernetes cluster on this machine, made for tests of the operator")
        .description(
            """
            Nodes with containerd and kubelet in namespaces of this machine, each with files of its
            own, that can be rebooted. The first time builds Kubernetes from its Go modules, which
            takes ten to seventeen minutes; it is kept in ~/.cache/kairos/kubernetes.
            """)
        .verb(up())
        .verb(down())
        .verb(status())
        .verb(build())
        .group();
  }

  private LocalCluster cluster() {
    return new LocalCluster(host, WorkshopHome.ofProcess(), console);
  }

  private Verb up() {
    var nodes = Option.value("nodes", "N", "how many nodes, 1 to 9").orElse("2");
    var foreground = Option.flag("foreground", "stay until Ctrl-C instead of running behind");
    return Verb.named("up")
        .summary("start a cluster that runs on behind")
        .option(nodes)
        .option(foreground)
        .example("sudo ./kairos cluster up --nodes 3", "three nodes, about 20 seconds")
        .seeAlso("kairos cluster down")
        .runs(
            given -> {
              Requirements.read().check("cluster", host);
              int count = count(given.require(nodes));
              return given.has(foreground) ? cluster().hold(count) : cluster().up(count);
            });
  }

  private static int count(String text) {
    if (!text.matches("[1-9]")) {
      throw new InvalidConfig(
          Problem.of("'" + text + "' is no number of nodes")
              .withRemedy("a number from 1 to 9, for example --nodes 3"));
    }
    return Integer.parseInt(text);
  }

  private Verb down() {
    return Verb.named("down")
        .summary("end the cluster; nothing of it stays but its logs")
        .runs(given -> cluster().down());
  }

  private Verb status() {
    return Verb.named("status")
        .summary("show whether a cluster runs, and its nodes")
        .runs(given -> cluster().status());
  }

  private Verb build() {
    return Verb.named("build")
        .summary(
            "build Kubernetes from its Go modules, and what tests ask beside it, if not done yet")
        .runs(
            given -> {
              console.out().println(KubernetesProgram.built(host));
              ManifestRenderers renderers = ManifestRenderers.built(host);
              console.out().println(renderers.kustomize());
              console.out().println(renderers.helm());
              return 0;
            });
  }
}
