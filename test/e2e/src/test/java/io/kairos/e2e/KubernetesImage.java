package io.kairos.e2e;

import io.kairos.base.Bytes;
import io.kairos.convert.Converter;
import io.kairos.dist.workshop.Artifact;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.images.Flattened;
import io.kairos.images.ImageBuilder;
import io.kairos.images.LayerCompression;
import io.kairos.images.OciLayout;
import io.kairos.images.Platform;
import io.kairos.images.Snapshot;
import io.kairos.images.UnpackOptions;
import io.kairos.images.Unpacker;
import io.kairos.operator.labeler.LabelerMain;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The demo's image with a container runtime of its distribution and a kubelet, as users derive
 * theirs, and what follows from it. Nothing is compressed: an emulated node would take longer to
 * unpack than to fetch.
 *
 * @param folder of its layouts
 */
record KubernetesImage(Path folder) {
  private static final Duration PACKAGES = Duration.ofMinutes(10);
  private static final Platform PLATFORM = Platform.linux("amd64");
  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");
  private static final String RELEASE = "/etc/kairos-release";

  /** Where each file beside the tests goes. */
  private static final Map<String, String> FILES =
      Map.of(
          "kubelet.service", "/usr/lib/systemd/system/kubelet.service",
          "kube-proxy.service", "/usr/lib/systemd/system/kube-proxy.service",
          "kubelet.yaml", "/usr/share/kubernetes/kubelet.yaml",
          "kube-proxy.yaml", "/usr/share/kubernetes/kube-proxy.yaml",
          "10-pods.conflist", "/usr/share/kubernetes/cni/10-pods.conflist",
          "containerd.toml", "/etc/containerd/config.toml",
          "stop-soon.conf", "/usr/lib/systemd/system.conf.d/stop-soon.conf");

  private static final List<String> UNITS = List.of("kubelet.service", "kube-proxy.service");

  /**
   * Made once from the same image and files.
   *
   * @param kube all programs of Kubernetes in one
   */
  static KubernetesImage made(Host host, Artifact demo, Path kube, Path folder) throws IOException {
    var image = new KubernetesImage(folder);
    Path mark = folder.resolve("made-from");
    String inputs = inputs(demo, kube);
    if (!Files.exists(mark) || !Files.readString(mark).equals(inputs)) {
      FileTree.delete(folder);
      Files.createDirectories(folder);
      image.make(host, demo.path(), kube);
      Files.writeString(mark, inputs);
    }
    return image;
  }

  private static String inputs(Artifact demo, Path kube) throws IOException {
    var inputs = new StringBuilder(demo.digest() + "\n" + kube + "\n");
    for (String name : FILES.keySet().stream().sorted().toList()) {
      inputs.append(FILES.get(name)).append('\n').append(text(name));
    }
    return inputs.append(text("add-packages.sh")).toString();
  }

  /** A file beside the tests. */
  static String text(String name) {
    return Beside.text("kubernetes/" + name);
  }

  /** The system that the node is installed with. */
  Path first() {
    return folder.resolve("first");
  }

  /** For a pipeline. */
  Artifact artifact() throws IOException {
    Path layout = first();
    String digest = OciLayout.open(layout).image().manifest().digest().toString();
    return new Artifact("image with Kubernetes", layout, Bytes.ZERO, digest);
  }

  private void make(Host host, Path demo, Path kube) throws IOException {
    Path root = folder.resolve("root");
    var base = OciLayout.open(demo).image();
    new Unpacker(host.kernel(), UnpackOptions.ROOT_FILE_SYSTEM).unpack(Flattened.of(base), root);
    Snapshot before = Snapshot.of(root);
    addPackages(host, root);
    for (var file : FILES.entrySet()) {
      write(root, file.getValue(), text(file.getKey()));
    }
    Path wanted = root.resolve("usr/lib/systemd/system/multi-user.target.wants");
    Files.createDirectories(wanted);
    for (String unit : UNITS) {
      Files.createSymbolicLink(wanted.resolve(unit), Path.of("../" + unit));
    }
    Files.copy(kube, root.resolve("usr/bin/kube"));
    try (var image = builder(host, first())) {
      var _ = image.base(base).addChanges(before, root, Set.of(), "Kubernetes").commit();
    }
  }

  private void addPackages(Host host, Path root) throws IOException {
    Path script = folder.resolve("in-root.sh");
    try (var in = Converter.class.getResourceAsStream("scripts/in-root.sh")) {
      Files.write(script, in.readAllBytes());
    }
    host.run(
        Command.of("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh")
            .with(script.toString(), root.toString(), "sh", "-c", text("add-packages.sh"))
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("SYSTEMD_OFFLINE", "1")
            .within(PACKAGES));
  }

  private static void write(Path root, String path, String text) throws IOException {
    Path file = root.resolve(path.substring(1));
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static ImageBuilder builder(Host host, Path layout) {
    return ImageBuilder.to(layout, PLATFORM, CREATED, LayerCompression.NONE, host.kernel());
  }

  /** The same system as another version. */
  RegistryImage next(Host host, String version) throws IOException {
    return derived(host, "next", version, Map.of());
  }

  /** A version whose kernel finds no root. */
  RegistryImage broken(Host host, String version) throws IOException {
    return derived(host, "broken", version, Map.of("/boot/initrd", new byte[1 << 20]));
  }

  private RegistryImage derived(Host host, String name, String version, Map<String, byte[]> changes)
      throws IOException {
    var base = OciLayout.open(first()).image();
    String release =
        new String(Flattened.of(base).read(RELEASE).orElseThrow(), StandardCharsets.UTF_8);
    Path tree = folder.resolve(name + ".tree");
    FileTree.delete(tree);
    write(
        tree,
        RELEASE,
        release.replaceAll("(?m)^(KAIROS_(?:VERSION|RELEASE))=.*$", "$1=\"" + version + "\""));
    for (var change : changes.entrySet()) {
      Path file = tree.resolve(change.getKey().substring(1));
      Files.createDirectories(file.getParent());
      Files.write(file, change.getValue());
    }
    Path layout = folder.resolve(name);
    try (var image = builder(host, layout)) {
      var _ = image.base(base).addTree(tree, Set.of(), name).commit();
    }
    return new RegistryImage(layout);
  }

  /** The labeler on the Java that the nodes have. */
  RegistryImage labeler(Host host) throws IOException, URISyntaxException {
    Path tree = folder.resolve("labeler.tree");
    FileTree.delete(tree);
    Path java = Files.createDirectories(tree.resolve("usr/lib")).resolve("kairos");
    host.run(
        Command.of("cp", "-a", folder.resolve("root/usr/lib/kairos").toString(), java.toString()));
    Path code =
        Path.of(LabelerMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    host.run(
        Command.of(
            "cp", "-a", code.toString(), java.resolve("lib/kairos/operator.jar").toString()));
    Path layout = folder.resolve("labeler");
    try (var image = builder(host, layout)) {
      var _ =
          image
              .addTree(tree, Set.of(), "labeler")
              .entrypoint(
                  List.of(
                      "/usr/lib/kairos/bin/java",
                      "-Xmx32m",
                      "-XX:+UseSerialGC",
                      "-XX:TieredStopAtLevel=1",
                      "-XX:-UsePerfData",
                      "-cp",
                      "/usr/lib/kairos/lib/kairos/*:/usr/lib/kairos/lib/kairos/operator.jar",
                      LabelerMain.class.getName()))
              .commit();
    }
    return new RegistryImage(layout);
  }
}
