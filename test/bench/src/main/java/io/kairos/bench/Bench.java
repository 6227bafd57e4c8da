package io.kairos.bench;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Flattened;
import io.kairos.images.OciLayout;
import io.kairos.images.StoredImage;
import io.kairos.peers.yip.OriginalYip;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Measures the artifacts in a working directory of {@code kairos demo}. */
final class Bench {
  private static final double MIB = 1024 * 1024;
  private static final int RUNS = 10;

  private final LinuxHost host;
  private final Path work;
  private final Path sources;
  private final List<Measurement> figures = new ArrayList<>();

  /**
   * @param work of an earlier demo
   * @param sources of this project: the originals are built from there
   */
  Bench(LinuxHost host, Path work, Path sources) {
    this.host = host;
    this.sources = sources;
    this.work = work.toAbsolutePath();
  }

  /**
   * @param bootsNode whether the demo's node is upgraded
   * @throws Refused when no demo has made anything there
   */
  List<Measurement> run(boolean bootsNode) {
    Path runtime = newest("runtime", path -> Files.isDirectory(path.resolve("kairos")));
    Path image = newest("images", path -> Files.isRegularFile(path.resolve("oci-layout")));
    sizes(runtime.resolve("kairos"), OciLayout.open(image).image());
    var _ = coldStart(runtime, "kairos-agent", "version");
    var _ = coldStart(runtime, "kairos-agent", "run-stage", "an-empty-stage");
    var _ = coldStart(runtime, "kairos-agent", "config", "get", "install.device");
    memory(runtime, "kairos-agent", "run-stage", "an-empty-stage");
    silentNetwork(runtime);
    stages(runtime);
    figures.addAll(new UpgradeBench(host, image).run());
    steps();
    var node = new NodeBench(host, work);
    figures.addAll(node.installation());
    if (bootsNode) {
      Path iso = newest("iso", path -> Files.isRegularFile(path.resolve("kairos.iso")));
      figures.addAll(node.upgrade(image, iso.resolve("kairos.iso")));
    }
    return List.copyOf(figures);
  }

  private Path newest(String folder, java.util.function.Predicate<Path> wanted) {
    try (Stream<Path> files = Files.list(work.resolve(folder))) {
      return files
          .filter(wanted)
          .max(Comparator.comparingLong(path -> path.toFile().lastModified()))
          .orElseThrow(() -> nothing(folder));
    } catch (IOException e) {
      throw nothing(folder);
    }
  }

  private Refused nothing(String folder) {
    return new Refused(
        work.resolve(folder) + " holds nothing to measure", "run ./kairos demo before");
  }

  private void sizes(Path runtime, StoredImage image) {
    figures.add(
        Measurement.of("runtime, unpacked", sizeOf(runtime) / MIB, "MiB", "/usr/lib/kairos"));
    double packed = compressed(runtime);
    figures.add(Measurement.of("runtime, compressed", packed / MIB, "MiB", "tar, zstd -19"));
    double base = image.layers().getFirst().descriptor().size();
    double all = image.layers().stream().mapToLong(layer -> layer.descriptor().size()).sum();
    figures.add(
        Measurement.compared(
            "added to the image", (all - base) / MIB, "MiB", base / MIB, "layers above the base"));
    initrd(image)
        .ifPresent(
            size ->
                figures.add(
                    Measurement.compared(
                        "runtime in the initramfs",
                        packed / MIB,
                        "MiB",
                        size / MIB,
                        "compressed, of all its bytes")));
  }

  private static Optional<Double> initrd(StoredImage image) {
    return Flattened.of(image).read("/boot/initrd").map(bytes -> (double) bytes.length);
  }

  private double compressed(Path tree) {
    String line = "tar -C \"$1\" -c . | zstd -19 -T0 -q | wc -c";
    return Double.parseDouble(
        host.run(Command.of("sh", "-c", line, "sh", tree.toString()).within(Duration.ofMinutes(10)))
            .text());
  }

  private static long sizeOf(Path tree) {
    try (Stream<Path> files = Files.walk(tree)) {
      return files
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .mapToLong(file -> file.toFile().length())
          .sum();
    } catch (IOException e) {
      throw new HostFailure("cannot measure " + tree, e);
    }
  }

  /** Beside the original yip, where it can be had. */
  private void stages(Path runtime) {
    Path original;
    try {
      original = OriginalYip.program(host, sources.resolve("test/peers/yip"));
    } catch (HostFailure e) {
      var _ = coldStart(runtime, "yip", "-s", "an-empty-stage", "{}");
      return;
    }
    double theirs = coldOriginal(original);
    double ours = coldStart(runtime, "yip", "-s", "an-empty-stage", "{}");
    figures.add(
        Measurement.compared(
            "cold start of yip, beside the original", ours, "ms", theirs, "from process start"));
    figures.addAll(new StageBench(host, original).run());
  }

  private double coldOriginal(Path original) {
    List<Double> times = new ArrayList<>();
    for (int i = 0; i <= RUNS; i++) {
      long begin = System.nanoTime();
      host.run(Command.of(original.toString(), "-s", "an-empty-stage", "{}"));
      times.add((System.nanoTime() - begin) / 1e6);
    }
    times.sort(null);
    return times.get(times.size() / 2);
  }

  /**
   * Median of some runs, the files being in the page cache.
   *
   * @param name the program is called by
   * @return milliseconds
   */
  private double coldStart(Path runtime, String name, String... words) {
    List<Integer> times =
        startWhereItBelongs(List.of(), runtime, "no", RUNS + 1, name, words)
            .lines()
            .map(Integer::valueOf)
            .skip(1)
            .sorted()
            .toList();
    figures.add(
        Measurement.of(
            "cold start of " + name + " " + String.join(" ", words),
            times.get(times.size() / 2),
            "ms",
            "median of " + RUNS + ", " + times.getFirst() + " to " + times.getLast()));
    return times.get(times.size() / 2);
  }

  private void memory(Path runtime, String name, String... words) {
    List<String> measured =
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            PeakMemory.class.getName());
    long kib = Long.parseLong(startWhereItBelongs(measured, runtime, "no", 1, name, words).strip());
    figures.add(
        Measurement.of(
            "memory of " + name + " " + String.join(" ", words),
            kib / 1024.0,
            "MiB",
            "most that was resident"));
  }

  /** All providers of user data, in a network that has a route and nobody who answers. */
  private void silentNetwork(Path runtime) {
    String step =
        "{stages: {default: [{datasource: {providers: [aws, gcp, azure, openstack, hetzner,"
            + " digitalocean, vultr, scaleway, packet, metaldata, maas], path: /tmp/ud}}]}}";
    int took =
        Integer.parseInt(
            startWhereItBelongs(List.of(), runtime, "silent-network", 1, "yip", step).strip());
    figures.add(
        Measurement.of(
            "datasources when nobody answers", took, "ms", "11 providers, from process start"));
  }

  /**
   * @param around a program that starts it, and whose output counts then
   * @return milliseconds, a line for each run
   */
  private String startWhereItBelongs(
      List<String> around, Path runtime, String network, int runs, String name, String... words) {
    try {
      Path scratch = Files.createTempDirectory("kairos-bench");
      Path script = Files.createTempFile("kairos-bench", ".sh");
      try (InputStream in = Bench.class.getResourceAsStream("cold-start.sh")) {
        Files.write(script, in.readAllBytes());
        List<String> command = new ArrayList<>(around);
        command.addAll(List.of("unshare", "--mount", "--net"));
        command.addAll(List.of("sh", script.toString(), scratch.toString()));
        command.add(runtime.resolve("kairos").toString());
        command.add(runtime.resolve("kairos.sh").toString());
        command.addAll(List.of(network, Integer.toString(runs), name));
        command.addAll(List.of(words));
        return host.run(Command.of(command).within(Duration.ofMinutes(10))).stdout();
      } finally {
        Files.deleteIfExists(script);
        Files.deleteIfExists(scratch);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot measure a cold start", e);
    }
  }

  /** As the last demo has noted them. */
  private void steps() {
    Path file = work.resolve("timeline.json");
    if (!Files.exists(file)) {
      return;
    }
    try {
      if (Json.parse(file.toString(), Files.readString(file)) instanceof List<?> entries) {
        for (Object entry : entries) {
          if (entry instanceof Map<?, ?> step && step.get("seconds") instanceof Number seconds) {
            figures.add(
                Measurement.of(
                    "step: " + step.get("what"), seconds.doubleValue(), "s", "last demo"));
          }
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }
}
