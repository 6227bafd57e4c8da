package io.kairos.agent.install;

import io.kairos.agent.node.SourceFacts;
import io.kairos.base.Bytes;
import io.kairos.base.Refused;
import io.kairos.boot.Firmware;
import io.kairos.storage.Disk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where a system goes: a disk that is partitioned, or partitions that are there. */
final class DestinationChoice {
  private final Machine machine;
  private final InstallRequest request;
  private final SourceFacts facts;
  private final List<String> notes = new ArrayList<>();

  DestinationChoice(Machine machine, InstallRequest request, SourceFacts facts) {
    this.machine = machine;
    this.request = request;
    this.facts = facts;
  }

  /**
   * @throws Refused when there is none that is fit
   */
  Destination destination(Firmware firmware, DiskLayout layout) {
    Destination destination =
        request.noFormat().isPresent()
            ? kept(request.noFormat().get(), firmware)
            : partitioned(layout);
    machine.devices().disks().stream()
        .filter(other -> !other.equals(destination.disk()))
        .filter(other -> other.partitionLabelled("COS_STATE").isPresent())
        .filter(other -> !holds(other, destination.volume("state")))
        .forEach(
            other ->
                notes.add(
                    other.device()
                        + " holds an installation too; GRUB may start either of them, so remove"
                        + " that disk or wipe it"));
    return destination;
  }

  /** What a person should know of the choice. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  private Destination partitioned(DiskLayout layout) {
    var choice = new DiskChoice(machine, layout.needed());
    Disk disk =
        request.picksDisk()
            ? choice.automatic()
            : choice.named(request.device(), request.devicePosition(), request.force());
    notes.addAll(layout.notes());
    if (request.picksDisk()) {
      notes.add("installing to " + disk.describe() + ", the largest free disk");
    }
    switch (machine.previous().get(disk.name())) {
      case INTERRUPTED ->
          notes.add(disk.device() + " holds an interrupted installation, starting over");
      case COMPLETE -> notes.add(disk.device() + " holds an installation, which is replaced");
      case null -> {
        if (!disk.partitions().isEmpty() || disk.content().isPresent()) {
          notes.add("everything on " + disk.device() + " will be lost");
        }
      }
    }
    return Destination.partitioned(
        disk, layout.partitions(), Optional.ofNullable(machine.previous().get(disk.name())));
  }

  /** Nothing is partitioned, so it has to be there already, whatever its size. */
  private Destination kept(InstallRequest.NoFormat noFormat, Firmware firmware) {
    var choice = new DiskChoice(machine, Bytes.ZERO);
    Disk disk =
        request.picksDisk()
            ? choice.prepared(noFormat.position(), request.force())
            : choice.named(request.device(), request.devicePosition(), request.force());
    Map<String, Destination.Volume> found =
        new KeptPartitions(machine, firmware, facts, noFormat.position()).on(disk);
    Destination.Volume state = found.get("state");
    Optional<Machine.Previous> previous = previous(state);
    if (previous.equals(Optional.of(Machine.Previous.COMPLETE))) {
      if (!request.force()) {
        throw new Refused(
            state.device() + " holds an installed system",
            noFormat.position(),
            "use the `force` flag to run an installation over the current running deployment"
                + " (install.force: true): its systems are replaced, its data stay");
      }
      notes.add(state.device() + " holds an installation, whose systems are replaced");
    }
    notes.add(
        "these partitions are kept with what is on them: "
            + found.values().stream()
                .map(volume -> volume.label().orElse("") + " " + volume.device())
                .collect(Collectors.joining(", ")));
    if (!request.extraPartitions().isEmpty() || request.sizes().changePartitions()) {
      notes.add(
          "install.no-format makes no partitions: install.partitions and install.extra-partitions"
              + " are not heeded");
    }
    return new Destination(disk, found, Optional.empty(), previous);
  }

  /** What an earlier installation left beside it. */
  private Optional<Machine.Previous> previous(Destination.Volume state) {
    return machine.devices().disks().stream()
        .filter(disk -> holds(disk, state))
        .map(disk -> machine.previous().get(disk.name()))
        .filter(Objects::nonNull)
        .findFirst();
  }

  private static boolean holds(Disk disk, Destination.Volume volume) {
    return disk.partitions().stream()
        .anyMatch(partition -> partition.device().equals(volume.device()));
  }
}
