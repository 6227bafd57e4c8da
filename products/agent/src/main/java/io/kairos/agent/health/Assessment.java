package io.kairos.agent.health;

import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.NodeStep;
import io.kairos.base.Refused;
import io.kairos.boot.BootAssessment;
import io.kairos.boot.BootState;
import io.kairos.boot.GrubVariables;
import io.kairos.boot.Slot;
import io.kairos.boot.SystemRecord;
import io.kairos.boot.SystemRecords;
import io.kairos.host.Host;
import io.kairos.plan.Plan;
import io.kairos.storage.DiskStep;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the boot menu waits to hear of a new system. An upgrade makes GRUB leave a mark at the first
 * boot of the new system; while the mark is there, the next boot starts the system before.
 */
final class Assessment {
  private final Host host;
  private final Path state;

  private Assessment(Host host, Path state) {
    this.host = host;
    this.state = state;
  }

  /**
   * @throws Refused when this system has no state partition mounted
   */
  static Assessment of(Host host) {
    return new Assessment(
        host,
        InstalledNode.observe(host)
            .state()
            .flatMap(InstalledNode.Place::mountedAt)
            .orElseThrow(
                () ->
                    new Refused(
                        "the state partition is not mounted",
                        "assess a system that was booted from its active or passive slot")));
  }

  /** Whether this boot is the first of a new system. */
  boolean isPending() {
    return BootState.observe(host) == BootState.ACTIVE
        && BootAssessment.isPending(
            new GrubVariables(host.kernel(), state.resolve(BootAssessment.FILE)).read());
  }

  /** What is known of the active system. */
  Optional<SystemRecord> active() {
    return new SystemRecords(host.kernel(), images()).of(Slot.ACTIVE.file());
  }

  /** The menu starts this system from now on. */
  Plan<NodeStep> passed() {
    return writing()
        .must(NodeStep.of(BootAssessment.end(state)))
        .should(new NodeStep.RecordVerdict(images(), Slot.ACTIVE.file(), Optional.empty()))
        .build();
  }

  /** Keeps why the active system is not good; the mark of the menu stays. */
  Plan<NodeStep> failed(String reason) {
    return writing()
        .must(new NodeStep.RecordVerdict(images(), Slot.ACTIVE.file(), Optional.of(reason)))
        .build();
  }

  /** The partition is read-only for everybody else. */
  private Plan.Builder<NodeStep> writing() {
    return Plan.<NodeStep>named("assess")
        .milestone("assess")
        .must(NodeStep.of(new DiskStep.RemountWritable(state)));
  }

  private Path images() {
    return state.resolve(Slot.FOLDER);
  }
}
