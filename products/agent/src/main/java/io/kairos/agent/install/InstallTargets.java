package io.kairos.agent.install;

import io.kairos.base.Bytes;
import io.kairos.base.Refused;
import io.kairos.host.Host;
import io.kairos.storage.Disk;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The disks that a person may choose from.
 *
 * @param targets drives of at least {@link #SMALLEST}, by kernel name
 * @param automatic which of them {@code auto} means now; empty when none is fit
 */
public record InstallTargets(List<Target> targets, Optional<Path> automatic) {
  /** What is smaller holds no system, whatever its configuration. */
  static final Bytes SMALLEST = Bytes.ofMib(1024);

  /**
   * One disk.
   *
   * @param objection why an installation would refuse it
   * @param previous what an earlier installation left on it
   */
  public record Target(
      Disk disk, Optional<String> objection, Optional<Machine.Previous> previous) {}

  public InstallTargets {
    targets = List.copyOf(targets);
  }

  public static InstallTargets observe(Host host) {
    return of(Machine.observe(host));
  }

  static InstallTargets of(Machine machine) {
    var choice = new DiskChoice(machine, SMALLEST);
    return new InstallTargets(
        machine.devices().disks().stream()
            .filter(disk -> disk.kind() == Disk.Kind.DRIVE && !disk.size().isLessThan(SMALLEST))
            .map(
                disk ->
                    new Target(
                        disk,
                        choice.objection(disk),
                        Optional.ofNullable(machine.previous().get(disk.name()))))
            .toList(),
        automatic(choice));
  }

  private static Optional<Path> automatic(DiskChoice choice) {
    try {
      return Optional.of(choice.automatic().device());
    } catch (Refused noneIsFit) {
      return Optional.empty();
    }
  }
}
