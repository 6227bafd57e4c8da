package io.kairos.dist.workshop;

import io.kairos.base.InvalidConfig;
import io.kairos.base.KairosException;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.ErrorText;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
import io.kairos.dist.cli.Verb;
import io.kairos.operator.rollout.Rollout;
import io.kairos.operator.rollout.RolloutListener;
import io.kairos.operator.rollout.RolloutReport.State;
import io.kairos.operator.rollout.RolloutTarget;
import java.nio.file.Path;

/** {@code rollout}: what an upgrade of a cluster's nodes or a build is doing, as it happens. */
final class RolloutVerb {
  private static final int NOT_WELL = 1;
  private static final int MISUSED = 2;
  private static final int NOT_FOLLOWED = 3;

  /** What a shell tells of a program that Ctrl-C has ended. */
  private static final int INTERRUPTED = 130;

  private static final Option NAMESPACE =
      Option.value("namespace", "NAME", "where it is; without it that of kubectl's context")
          .also("n");
  private static final Option KUBECONFIG =
      Option.value("kubeconfig", "FILE", "credentials; without it, those that kubectl takes");
  private static final Option OUTPUT = Option.outputFormat();

  private final Console console;

  RolloutVerb(Console console) {
    this.console = console;
  }

  Verb verb() {
    return Verb.named("rollout")
        .summary("follow an upgrade, a NodeOp or a build in a cluster until it is done")
        .description(
            """
            Shows each node of a NodeOpUpgrade or NodeOp with its step and the reason why it waits
            or failed, or each step of an OSArtifact's build and then the files with their sizes
            and digests. How long the rest may take is told once something has ended that it can
            be judged by. On a terminal the picture is drawn over; in a pipe each change is a
            line, and with --output json an object (docs/rollout.md).

            It only reads, so ending it changes nothing in the cluster; it outlives a restart of
            the API server. Get and watch on the object are the rights that it needs.

            Exit codes: 0 all went well; 1 a node, a step or the whole failed; 2 not understood;
            3 it could not be followed (no cluster, no such object, no right); 130 Ctrl-C.
            """)
        .argument(
            Argument.required(
                "NAME", "or KIND/NAME with nodeopupgrade, nodeop or osartifact as the kind"))
        .option(NAMESPACE)
        .option(KUBECONFIG)
        .option(OUTPUT)
        .example("kairos rollout kairos-upgrade", "until the last node is done")
        .example(
            "kubectl apply -f upgrade.yaml && kairos rollout nodeopupgrade/kairos-upgrade",
            "in a script: goes on only if every node has the new system")
        .example(
            "kairos rollout osartifact/edge-iso -n builds -o json | tail -n 1 | jq .artifacts",
            "what a build has made, when it is done")
        .runs(this::run);
  }

  private int run(Parameters given) {
    RolloutTarget target;
    try {
      target = RolloutTarget.parse(given.word(0).orElseThrow());
    } catch (InvalidConfig e) {
      console.err().print(ErrorText.of(e));
      return MISUSED;
    }
    try (Rollout rollout =
        Rollout.open(given.value(KUBECONFIG).map(Path::of), given.value(NAMESPACE))) {
      State end = rollout.follow(target, listener(given.require(OUTPUT))).state();
      return end == State.SUCCEEDED ? 0 : NOT_WELL;
    } catch (KairosException e) {
      console.err().print(ErrorText.of(e));
      return NOT_FOLLOWED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      console
          .err()
          .println(
              "stopped following "
                  + target.name()
                  + "; it goes on in the cluster, and the same command follows it again");
      return INTERRUPTED;
    }
  }

  private RolloutListener listener(String format) {
    if (format.equals("json")) {
      return new RolloutJson(console.out(), console.err());
    }
    return console.isTerminal()
        ? new RolloutScreen(console.out())
        : new RolloutLines(console.out(), console.err());
  }
}
