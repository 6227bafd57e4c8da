package io.kairos.bench;

import io.kairos.base.HostFailure;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageDelivery;
import io.kairos.images.ImagePull;
import io.kairos.images.ImageReference;
import io.kairos.images.ImageSource;
import io.kairos.images.PullRequest;
import io.kairos.images.PulledImage;
import io.kairos.images.RegistryAccess;
import io.kairos.images.RegistryLogins;
import io.kairos.images.UnpackOptions;
import io.kairos.plan.StepProgress;
import io.kairos.testkit.registry.DebianRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a node fetches when one package of its system has changed, beside all of the same image:
 * from a registry on this machine, so that no line makes the difference larger.
 */
final class UpgradeBench {
  private static final double MIB = 1024 * 1024;
  private static final int RUNS = 3;

  private final LinuxHost host;
  private final Path layout;
  private final RegistryAccess access =
      RegistryAccess.with(RegistryLogins.none()).allowingInsecure(true);

  /**
   * @param layout of the image that the node runs
   */
  UpgradeBench(LinuxHost host, Path layout) {
    this.host = host;
    this.layout = layout;
  }

  List<Measurement> run() {
    try {
      Path folder = Files.createTempDirectory("kairos-bench-upgrade");
      try (var registry = DebianRegistry.start(Files.createDirectory(folder.resolve("registry")))) {
        return measure(folder, registry.host() + "/kairos:next");
      } finally {
        FileTree.delete(folder);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot write the images of a benchmark", e);
    }
  }

  private List<Measurement> measure(Path folder, String reference) throws IOException {
    Path node = Files.createDirectory(folder.resolve("node"));
    new ImageDelivery(host.kernel(), UnpackOptions.ROOT_FILE_SYSTEM, new ImagePull(access))
        .deliver(new ImageSource.OciFile(layout), NextImage.PLATFORM, node);
    NextImage.push(NextImage.of(layout, folder, host.kernel()), access, reference);
    List<Fetch> all = new ArrayList<>();
    List<Fetch> changed = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      all.add(fetch(reference, List.of(), folder.resolve("store")));
      changed.add(fetch(reference, List.of(node), folder.resolve("store")));
    }
    Fetch whole = median(all);
    Fetch part = median(changed);
    String remark = "the files of " + NextImage.PACKAGE + " changed; all of the image: ";
    return List.of(
        Measurement.compared(
            "upgrade: fetched",
            part.mebibytes(),
            "MiB",
            whole.mebibytes(),
            remark + "%.1f MiB".formatted(whole.mebibytes())),
        Measurement.compared(
            "upgrade: time to fetch and verify",
            part.milliseconds(),
            "ms",
            whole.milliseconds(),
            remark + "%.0f ms".formatted(whole.milliseconds())));
  }

  private record Fetch(double mebibytes, double milliseconds) {}

  private Fetch fetch(String reference, List<Path> trees, Path store) {
    FileTree.delete(store);
    long begin = System.nanoTime();
    PulledImage pulled =
        new ImagePull(access)
            .pull(
                new PullRequest(
                    ImageReference.parse(reference),
                    NextImage.PLATFORM,
                    trees,
                    store,
                    Optional.empty()),
                StepProgress.IGNORED);
    return new Fetch(pulled.fetched().count() / MIB, (System.nanoTime() - begin) / 1e6);
  }

  private static Fetch median(List<Fetch> fetches) {
    return fetches.stream()
        .sorted(Comparator.comparingDouble(Fetch::milliseconds))
        .skip(RUNS / 2)
        .findFirst()
        .orElseThrow();
  }
}
