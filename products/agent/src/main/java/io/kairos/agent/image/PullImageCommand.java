package io.kairos.agent.image;

import io.kairos.agent.Interruption;
import io.kairos.agent.Root;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.host.Host;
import io.kairos.images.ImageDelivery;
import io.kairos.images.ImagePull;
import io.kairos.images.ImageSource;
import io.kairos.images.Platform;
import io.kairos.images.RegistryAccess;
import io.kairos.images.UnpackOptions;
import io.kairos.plan.Applier;
import io.kairos.plan.Plan;
import io.kairos.plan.Progress;
import io.kairos.plan.Step;
import io.kairos.plan.Undo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code kairos-agent pull-image}: the files of an image, over a directory. A failure or an
 * interruption leaves the directory as it was; folders that were made for it are gone again.
 */
public final class PullImageCommand {
  private final Host host;
  private final RegistryAccess access;
  private final Progress progress;

  public PullImageCommand(Host host, RegistryAccess access, Progress progress) {
    this.host = host;
    this.access = access;
    this.progress = progress;
  }

  /** What is to be done. */
  private record UnpackImage(ImageSource source, Platform platform, Path target) implements Step {
    @Override
    public String summary() {
      return "unpack " + source + " for " + platform + " to " + target;
    }
  }

  /**
   * @param target made when it is not there; a relative path counts from the working directory
   * @throws KairosException when not all of it could be brought
   */
  public void run(ImageSource source, Platform platform, String target) {
    Root.require();
    Path folder = host.resolved(Path.of(target).toAbsolutePath().normalize().toString());
    var applier = new Applier(host.clock(), progress);
    Plan<UnpackImage> plan =
        Plan.<UnpackImage>named("pull image")
            .must(new UnpackImage(source, platform, folder))
            .build();
    try (Interruption _ = Interruption.stops(applier::cancel)) {
      var _ =
          applier.apply(
              plan,
              (step, steps) -> {
                List<Path> made = make(step.target());
                boolean isDone = false;
                try {
                  new ImageDelivery(
                          host.kernel(), UnpackOptions.ROOT_FILE_SYSTEM, new ImagePull(access))
                      .deliver(step.source(), step.platform(), step.target(), steps);
                  isDone = true;
                } finally {
                  if (!isDone) {
                    remove(made);
                  }
                }
                return Undo.NOTHING;
              });
    }
  }

  /**
   * @return what was made, innermost first
   */
  private static List<Path> make(Path folder) {
    List<Path> missing = new ArrayList<>();
    for (Path at = folder;
        at != null && !Files.exists(at, LinkOption.NOFOLLOW_LINKS);
        at = at.getParent()) {
      missing.add(at);
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new HostFailure("cannot make the folder " + folder, e);
    }
    return missing;
  }

  private static void remove(List<Path> made) {
    try {
      for (Path folder : made) {
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot remove the folder that was made for the image", e);
    }
  }
}
