package io.kairos.agent.node;

import io.kairos.agent.Stages;
import io.kairos.agent.bundle.Bundles;
import io.kairos.agent.install.InstallRequest;
import io.kairos.agent.install.Installer;
import io.kairos.base.HostFailure;
import io.kairos.boot.BootPerformer;
import io.kairos.boot.BootStep;
import io.kairos.plan.Faults;
import io.kairos.plan.Performer;
import io.kairos.plan.Progress;
import io.kairos.plan.Undo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Installs onto the disk of a lab.
 *
 * @param stagesRun what it ran is added here
 */
public record LabInstaller(Lab lab, List<String> stagesRun) {
  public void install(InstallRequest request, Faults faults) {
    with(recording(lab, stagesRun), faults).install(request, _ -> {});
  }

  public Installer with(Stages stages, Faults faults) {
    return new Installer(lab, lab::at, boot(lab), stages, Progress.SILENT, faults);
  }

  /** The fake system has no programs, so GRUB's own installer is left out. */
  static Performer<BootStep> boot(Lab lab) {
    var real = new BootPerformer(lab, lab::at);
    return (step, progress) -> {
      if (step instanceof BootStep.InstallBiosGrub grub) {
        try {
          Files.createDirectories(grub.state().resolve("grub/i386-pc"));
        } catch (IOException e) {
          throw new HostFailure("cannot pretend to install GRUB", e);
        }
        return Undo.NOTHING;
      }
      return real.perform(step, progress);
    };
  }

  public static Stages recording(Lab lab, List<String> stagesRun) {
    return (stage, host, _) ->
        stagesRun.add(host == lab ? stage : stage + " in " + host.path("/").getFileName());
  }

  /** Nothing but a system and the node's configuration. */
  public static InstallRequest request(Lab lab, Path system, Path config) {
    return request(lab.disk().toString(), system, config, Optional.empty(), false);
  }

  /** On partitions that are there. */
  public static InstallRequest keeping(String device, Path system, Path config, boolean force) {
    return request(
        device, system, config, Optional.of(new InstallRequest.NoFormat(Optional.empty())), force);
  }

  private static InstallRequest request(
      String device,
      Path system,
      Path config,
      Optional<InstallRequest.NoFormat> noFormat,
      boolean force) {
    return new InstallRequest(
        device,
        Optional.empty(),
        Optional.of(new SystemSource.Tree(system)),
        InstallRequest.Sizes.DEFAULTS,
        List.of(),
        force,
        noFormat,
        Optional.empty(),
        Optional.empty(),
        List.of(config),
        List.of(),
        Map.of(),
        List.of(),
        List.of(),
        Bundles.NONE,
        false,
        false,
        false,
        Optional.empty(),
        new InstallRequest.Afterwards(false, false));
  }
}
