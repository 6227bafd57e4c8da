package io.kairos.immucore;

import io.kairos.base.KairosException;
import io.kairos.formats.cmdline.KernelCommandLine;
import io.kairos.host.Host;
import io.kairos.plan.Graph;
import io.kairos.plan.GraphApplier;
import io.kairos.storage.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/** Entry of the initramfs part: one boot, from the kernel command line to a root to switch to. */
public final class Immucore {
  private final Host initramfs;
  private final Host newRoot;
  private final StageRuns stages;
  private final Predicate<Disk> keepsState;

  public Immucore(Host initramfs, Host newRoot, StageRuns stages) {
    this(initramfs, newRoot, stages, RamPartitions::isInternal);
  }

  /**
   * @param keepsState disks on which a system in memory may keep its state
   */
  Immucore(Host initramfs, Host newRoot, StageRuns stages, Predicate<Disk> keepsState) {
    this.keepsState = keepsState;
    this.initramfs = initramfs;
    this.newRoot = newRoot;
    this.stages = stages;
  }

  /** The kernel's command line, or the file that {@code HOST_PROC_CMDLINE} names. */
  public static String commandLine(Host host) throws IOException {
    String other = System.getenv("HOST_PROC_CMDLINE");
    return Files.readString(other == null ? host.path("/proc/cmdline") : Path.of(other));
  }

  /** The graph of this boot, for {@code --dry-run}. */
  public static Graph<BootStep> graph(String commandLine) {
    return BootPlanner.plan(BootRequest.read(KernelCommandLine.parse(commandLine)));
  }

  /**
   * Makes the root.
   *
   * @return why the boot cannot go on; empty when it can
   */
  public Optional<String> boot(String commandLine, String version) {
    var report = new BootReport(initramfs, newRoot);
    report.log("kairos immucore " + version);
    BootRequest request;
    Graph<BootStep> graph;
    try {
      request = BootRequest.read(KernelCommandLine.parse(commandLine));
      graph = BootPlanner.plan(request);
    } catch (KairosException e) {
      report.log(e.getMessage());
      report.write(commandLine);
      return Optional.of(e.getMessage());
    }
    report.detail(graph.render());
    var performer = new BootPerformer(request, initramfs, newRoot, stages, keepsState, report);
    new GraphApplier(initramfs.clock(), report::add).apply(graph, performer::perform);
    report.write(commandLine);
    return report.fatal();
  }
}
