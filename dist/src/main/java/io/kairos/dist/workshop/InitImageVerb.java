package io.kairos.dist.workshop;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.Requirements;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
import io.kairos.dist.cli.Verb;
import io.kairos.dist.runtime.JdkModules;
import io.kairos.dist.runtime.NodeRuntime;
import io.kairos.dist.runtime.SettledTree;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Descriptor;
import io.kairos.plan.ConsoleProgress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** {@code init-image}: the converter as one file, in the image that Dockerfiles take it from. */
final class InitImageVerb {
  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final String FILE = "kairos-init";
  private static final String MACHINE = "x86_64";

  /** Of the C library that the run-time brings along. */
  static final String LOADER = "ld-linux-x86-64.so.2";

  private static final Option OUTPUT =
      Option.value("output", "FILE", "archive of an OCI layout")
          .also("o")
          .orElse("kairos-init.tar");
  private static final Option NAME =
      Option.value("name", "REFERENCE", "what the image is called")
          .orElse("quay.io/kairos/kairos-init:" + BuildVersion.read());
  private static final Option WORK =
      Option.value(
          "workdir", "DIR", "keeps the run-time of nodes (default: .build/demo beside ./kairos)");

  private final LinuxHost host;
  private final Console console;
  private final ProgramImages programs;

  InitImageVerb(LinuxHost host, Console console, Map<String, String> environment) {
    this.host = host;
    this.console = console;
    this.programs = new ProgramImages(host, environment);
  }

  Verb verb() {
    return Verb.named("init-image")
        .summary("make the container image with kairos-init, for Dockerfiles")
        .description(
            """
            The image holds one file, /kairos-init: a shell script with Java, the converter and the
            run-time of nodes behind it. In the build of a container it makes the root in which it
            runs a Kairos image, as kairos convert does from outside. The same project, JDK and
            machine make the same bytes. Needs root, because files keep their owners.
            """)
        .option(OUTPUT)
        .option(NAME)
        .option(WORK)
        .example("kairos init-image", "then skopeo, ctr images import, or kairos push")
        .example(
            "COPY --from=quay.io/kairos/kairos-init:0.1.0 /kairos-init /kairos-init",
            "in a Dockerfile; then RUN /kairos-init --version 1.0.0 && rm /kairos-init")
        .seeAlso("kairos convert")
        .seeAlso("kairos push")
        .runs(this::make);
  }

  private int make(Parameters given) {
    Requirements.read().check("init-image", host);
    ProgramImages.requireRoot();
    Path output = Path.of(given.require(OUTPUT)).toAbsolutePath().normalize();
    Path work = output.resolveSibling("." + output.getFileName() + ".building");
    String name = given.require(NAME);
    try {
      FileTree.delete(work);
      Path root = Files.createDirectories(work.resolve("root"));
      Bytes size = write(root.resolve(FILE), content(work, runtime(given)), work);
      SettledTree.settle(root);
      Descriptor manifest =
          programs.pack(
              work.resolve("layout"),
              programs.created().orElse(Instant.EPOCH),
              output,
              image ->
                  image
                      .addTree(root, Set.of(), "kairos init-image")
                      .name(name)
                      .label("org.opencontainers.image.title", FILE)
                      .label("org.opencontainers.image.version", BuildVersion.read())
                      .entrypoint(List.of("/" + FILE)));
      console.out().println("image   " + name);
      console.out().println("file    /" + FILE + "  " + size);
      console.out().println("digest  " + manifest.digest());
      console.out().println("archive " + output);
      return 0;
    } catch (IOException e) {
      throw new HostFailure("cannot make " + output, e);
    } finally {
      FileTree.delete(work);
    }
  }

  private NodeRuntime runtime(Parameters given) {
    Path kept =
        given.value(WORK).map(Path::of).orElseGet(() -> WorkshopHome.ofProcess().defaultWork());
    var progress = new ConsoleProgress(console.out(), console.isTerminal(), false, 100);
    return new Pipeline(host, WorkshopHome.ofProcess(), kept, new Timeline(host.clock()), progress)
        .runtime();
  }

  /** The tree behind the head of the file. */
  private Path content(Path work, NodeRuntime runtime) throws IOException {
    Path content = Files.createDirectories(work.resolve("content"));
    Path tree = content.resolve("runtime");
    host.run(
        Command.of("cp", "--archive", runtime.tree().toString(), tree.toString()).within(DEADLINE));
    Files.copy(runtime.launcher(), tree.resolve("bin/kairos"), StandardCopyOption.COPY_ATTRIBUTES);
    Path jars = Files.createDirectories(content.resolve("jars"));
    List<Path> ours = jars(WorkshopHome.ofProcess());
    requireModules(ours);
    for (Path jar : ours) {
      Files.copy(jar, jars.resolve(jar.getFileName()));
    }
    // Of its arguments only those without a path hold where the tree is unpacked.
    Files.write(
        content.resolve("java.options"),
        Files.readAllLines(tree.resolve("java.args")).stream()
            .filter(argument -> argument.startsWith("-") && !argument.equals("-cp"))
            .filter(argument -> !argument.startsWith("-XX:SharedArchiveFile="))
            .toList());
    SettledTree.settle(content);
    return content;
  }

  /** What a node does not have: the converter, and the program. */
  private static List<Path> jars(WorkshopHome home) {
    List<Path> jars =
        Stream.of(home.classPath().split(":"))
            .map(Path::of)
            .filter(
                jar ->
                    jar.getFileName()
                        .toString()
                        .matches("(convert-[0-9].*|dist-[0-9].*-init)\\.jar"))
            .toList();
    if (jars.size() != 2) {
      throw HostFailure.withRemedy(
          "the class path has these jars of kairos-init: " + jars + ", and not convert and dist",
          "build the project again (mvn package)");
    }
    return jars;
  }

  private void requireModules(List<Path> jars) throws IOException {
    List<String> modules = ProgramImages.lines("/io/kairos/dist/runtime/modules.list");
    List<String> missing =
        JdkModules.neededBy(host, WorkshopHome.ofProcess().jdk(), jars).stream()
            .filter(module -> !modules.contains(module))
            .toList();
    if (!missing.isEmpty()) {
      throw HostFailure.withRemedy(
          "the converter needs JDK modules that the run-time of nodes lacks: "
              + String.join(", ", missing),
          "do without them, or add them to runtime/modules.list");
    }
  }

  private Bytes write(Path file, Path content, Path work) throws IOException {
    Path archive = work.resolve("content.tar");
    host.run(
        Command.of("tar", "--create", "--format=ustar", "--sort=name", "--hard-dereference")
            .with("--owner=0", "--group=0", "--numeric-owner", "--file=" + archive)
            .with("--directory=" + content, ".")
            .within(DEADLINE));
    String head = ProgramImages.text("initimage/kairos-init.sh");
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(
          head.replace("@lines@", Long.toString(head.lines().count()))
              .replace("@machine@", MACHINE)
              .replace("@loader@", LOADER)
              .getBytes(StandardCharsets.UTF_8));
      try (var compressed = new Best(out)) {
        Files.copy(archive, compressed);
      }
    }
    Files.setAttribute(file, "unix:mode", 0755);
    return Bytes.of(Files.size(file));
  }

  /** As small as gzip makes it. */
  private static final class Best extends GZIPOutputStream {
    private Best(OutputStream out) throws IOException {
      super(out, 1 << 16);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }
}
