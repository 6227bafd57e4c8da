package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.operator.rollout.Rollout;
import java.nio.file.Path;

/** {@code rollout}: what an upgrade of a cluster's nodes is doing, as it happens. */
final class RolloutVerb {
  private static final int NOT_WELL = 1;
  private static final Option NAMESPACE =
      Option.value("namespace", "NAME", "namespace of the NodeOp").orElse("default");
  private static final Option KUBECONFIG =
      Option.value("kubeconfig", "FILE", "credentials; without it, those that kubectl takes");

  private final Console console;

  RolloutVerb(Console console) {
    this.console = console;
  }

  Verb verb() {
    return Verb.named("rollout")
        .summary("follow a NodeOp or NodeOpUpgrade until it is done")
        .description(
            """
            Prints what changes: the step of each node with its reason, how many nodes are done, and
            how long the rest may take. Succeeds if every node did.
            """)
        .argument(Argument.required("NAME", "of the NodeOp or NodeOpUpgrade"))
        .option(NAMESPACE)
        .option(KUBECONFIG)
        .example("kairos rollout kairos-upgrade", "until the last node is done")
        .runs(
            given -> {
              try {
                boolean well =
                    Rollout.follow(
                        given.value(KUBECONFIG).map(Path::of),
                        given.require(NAMESPACE),
                        given.word(0).orElseThrow(),
                        console.out()::println);
                return well ? 0 : NOT_WELL;
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HostFailure("stopped following; the rollout goes on", e);
              }
            });
  }
}
