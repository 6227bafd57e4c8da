package io.kairos.dist.workshop;

import io.kairos.auroraboot.BuiltIso;
import io.kairos.auroraboot.IsoBuilder;
import io.kairos.auroraboot.IsoRequest;
import io.kairos.auroraboot.LiveMenu;
import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.convert.ConvertRequest;
import io.kairos.convert.ConvertSource;
import io.kairos.convert.Converter;
import io.kairos.convert.ImageVersion;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.runtime.NodeJars;
import io.kairos.dist.runtime.NodeRuntime;
import io.kairos.dist.runtime.RuntimeBuilder;
import io.kairos.dist.runtime.RuntimeRequest;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageSource;
import io.kairos.images.LayerCompression;
import io.kairos.plan.Applier;
import io.kairos.plan.ConsoleProgress;
import io.kairos.plan.Progress;
import io.kairos.stages.StagesCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * From a distribution to an ISO, in one working directory. Each artifact is kept under the digest
 * of what it is made from, so a second run makes what has changed and nothing else.
 */
public final class Pipeline {
  /** Modules whose code decides what is in an image. */
  private static final List<String> IMAGE_MAKERS = List.of("convert", "images", "formats");

  private static final List<String> ISO_MAKERS = List.of("auroraboot", "images", "formats");

  /** What the installer says is read from the serial console. */
  private static final LiveMenu SERIAL_CONSOLE = new LiveMenu("console=tty1 console=ttyS0", "");

  private final LinuxHost host;
  private final WorkshopHome home;
  private final Path work;
  private final Timeline timeline;
  private final Progress progress;

  Pipeline(LinuxHost host, WorkshopHome home, Path work, Timeline timeline, Progress progress) {
    this.host = host;
    this.home = home;
    this.work = work.toAbsolutePath().normalize();
    this.timeline = timeline;
    this.progress = progress;
  }

  /** For tests: plain progress on standard output. */
  public static Pipeline in(Path work, WorkshopHome home) {
    var host = LinuxHost.here();
    return new Pipeline(
        host,
        home,
        work,
        new Timeline(host.clock()),
        new ConsoleProgress(System.out, false, false, 80));
  }

  /** Opens every node that the pipeline's cloud-config makes. */
  public NodeKey key() {
    return NodeKey.in(work, host);
  }

  /** The Java that goes into the images. */
  NodeRuntime runtime() {
    return timeline.measure(
        "node runtime",
        () ->
            new RuntimeBuilder(host, progress)
                .build(
                    new RuntimeRequest(
                        home.jdk(), NodeJars.on(home.classPath()), work.resolve("runtime"))));
  }

  /**
   * An OCI layout with the image of a distribution.
   *
   * @param distribution {@code debian:13}
   */
  public Artifact image(String distribution) {
    NodeRuntime runtime = runtime();
    ConvertSource source = ConvertSource.parse(distribution);
    var key = ContentKey.of("image").and(distribution).and(runtime.inputs());
    makers(IMAGE_MAKERS).forEach(key::and);
    String name = "image of " + distribution;
    Path folder =
        kept(
            name,
            work.resolve("images").resolve(distribution.replace(':', '-')),
            key.text(),
            path -> convert(source, runtime, path));
    return new Artifact(name, folder, sizeOf(folder), digestBeside(folder));
  }

  private String convert(ConvertSource source, NodeRuntime runtime, Path output) {
    var request =
        new ConvertRequest(
            source,
            ImageVersion.parse(BuildVersion.read()),
            withLauncher(runtime),
            output,
            work.resolve("convert"),
            "amd64",
            "generic",
            Optional.empty(),
            LayerCompression.NONE,
            Optional.empty());
    return new Converter(host, host::at, new Applier(host.clock(), progress))
        .convert(request)
        .digest();
  }

  /**
   * An installer of a distribution that installs itself without a question.
   *
   * @param distribution {@code debian:13}
   */
  public Artifact iso(String distribution) {
    return iso(distribution, image(distribution));
  }

  Artifact iso(String distribution, Artifact image) {
    return iso(distribution.replace(':', '-'), image, DemoCloudConfig.opening(key()).text());
  }

  /**
   * An installer with a cloud-config.
   *
   * @param name of the folder that keeps it
   */
  public Artifact iso(String name, Artifact image, String config) {
    var key = ContentKey.of("iso").and(image.digest()).and(config);
    makers(ISO_MAKERS).forEach(key::and);
    Path folder =
        kept(
            "ISO",
            work.resolve("iso").resolve(name),
            key.text(),
            path -> buildIso(image, config, path));
    Path iso = folder.resolve("kairos.iso");
    return new Artifact("ISO", iso, sizeOf(iso), digestBeside(folder));
  }

  private String buildIso(Artifact image, String config, Path output) {
    Path cloudConfig = work.resolve("cloud-config.yaml");
    write(cloudConfig, config);
    BuiltIso built =
        new IsoBuilder(host, host::at, new StagesCheck())
            .build(
                new IsoRequest(
                    new ImageSource.OciFile(image.path()),
                    Optional.of(cloudConfig),
                    List.of(),
                    Optional.empty(),
                    Optional.of("kairos"),
                    output,
                    SERIAL_CONSOLE,
                    Optional.empty()),
                new Applier(host.clock(), progress));
    return "sha256:" + built.sha256();
  }

  /** The node runtime as a conversion wants it. */
  Path runtimeForImages() {
    return withLauncher(runtime());
  }

  /** The launcher belongs inside the tree that a conversion installs. */
  private Path withLauncher(NodeRuntime runtime) {
    Path tree = work.resolve("runtime-of-image");
    FileTree.delete(tree);
    host.run(Command.of("cp", "-al", runtime.tree().toString(), tree.toString()));
    host.run(
        Command.of(
            "cp", "-p", runtime.launcher().toString(), tree.resolve("bin/kairos").toString()));
    return tree;
  }

  /** Jars of these modules, which stand for their code. */
  private List<Path> makers(List<String> modules) {
    return Stream.of(home.classPath().split(":"))
        .map(Path::of)
        .filter(jar -> modules.contains(jar.getFileName().toString().replaceFirst("-[0-9].*", "")))
        .toList();
  }

  /**
   * Finds what an earlier run has made from the same inputs, or makes it.
   *
   * @param prefix of the folder; others with this prefix are outdated then and deleted
   * @param make fills the folder that it is given, and returns the digest
   */
  private Path kept(String name, Path prefix, String key, Function<Path, String> make) {
    Path folder = prefix.resolveSibling(prefix.getFileName() + "-" + key);
    Path digest = digestFile(folder);
    if (Files.exists(digest)) {
      timeline.reused(name);
      return folder;
    }
    host.run(Command.of("mkdir", "-p", prefix.getParent().toString()));
    deleteOutdated(prefix);
    String made = timeline.measure(name, () -> make.apply(folder));
    write(digest, made);
    return folder;
  }

  private static Path digestFile(Path folder) {
    return folder.resolveSibling(folder.getFileName() + ".digest");
  }

  private static String digestBeside(Path folder) {
    try {
      return Files.readString(digestFile(folder)).strip();
    } catch (IOException e) {
      throw new HostFailure("cannot read the digest of " + folder, e);
    }
  }

  /** The digest goes first: what has none is taken for unfinished. */
  private void deleteOutdated(Path prefix) {
    String start = prefix.getFileName() + "-";
    try (Stream<Path> siblings = Files.list(prefix.getParent())) {
      List<Path> outdated =
          siblings
              .filter(path -> path.getFileName().toString().startsWith(start))
              .sorted(Comparator.comparing(path -> !path.toString().endsWith(".digest")))
              .toList();
      for (Path path : outdated) {
        FileTree.delete(path);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot tidy " + prefix.getParent(), e);
    }
  }

  static void write(Path file, String content) {
    try {
      Path aside = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(aside, content);
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new HostFailure("cannot write " + file, e);
    }
  }

  private static Bytes sizeOf(Path path) {
    try (Stream<Path> files = Files.walk(path)) {
      return Bytes.of(
          files
              .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
              .mapToLong(file -> file.toFile().length())
              .sum());
    } catch (IOException e) {
      throw new HostFailure("cannot measure " + path, e);
    }
  }
}
