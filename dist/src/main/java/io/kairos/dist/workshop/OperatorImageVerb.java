package io.kairos.dist.workshop;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.Requirements;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
import io.kairos.dist.cli.Verb;
import io.kairos.dist.runtime.CLibrary;
import io.kairos.dist.runtime.JdkModules;
import io.kairos.dist.runtime.SettledTree;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Descriptor;
import io.kairos.images.ImageBuilder;
import io.kairos.images.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** {@code operator-image}: the images that the operator's manifests name. */
final class OperatorImageVerb {
  /** The images; a part's name is that of its archive. */
  enum Part {
    OPERATOR(""),
    LABELER("-node-labeler"),
    REBOOT("-reboot");

    /** Behind the name of the operator's image; the manifests say so too. */
    private final String suffix;

    Part(String suffix) {
      this.suffix = suffix;
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    private String named(ImageReference operator) {
      return new ImageReference(
              operator.registry(), operator.repository() + suffix, operator.tag(), Optional.empty())
          .toString();
    }

    private static Part of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  private static final String DATA = "operatorimage/";
  private static final String HISTORY = "kairos operator-image";
  private static final Path BUSYBOX = Path.of("/usr/bin/busybox");
  private static final Duration DEADLINE = Duration.ofMinutes(10);

  /** By numbers: of a name a kubelet cannot tell that it is not root's. */
  private static final String USER = "65532:65532";

  private static final String USUAL_NAME = "quay.io/kairos/operator:" + BuildVersion.read();

  private static final Option OUTPUT =
      Option.value("output", "DIR", "gets PART.tar for each part, archives of OCI layouts")
          .also("o")
          .orElse("operator-images");
  private static final Option NAME =
      Option.value(
              "name",
              "REFERENCE",
              "of the operator's image; the others put -node-labeler and -reboot before the tag")
          .orElse(USUAL_NAME);
  private static final Option PART =
      Option.value("part", "NAME", "only this image (default: all of them)")
          .oneOf(Stream.of(Part.values()).map(Part::word).toArray(String[]::new))
          .repeatable();

  private final LinuxHost host;
  private final Console console;
  private final ProgramImages programs;

  OperatorImageVerb(LinuxHost host, Console console, Map<String, String> environment) {
    this.host = host;
    this.console = console;
    this.programs = new ProgramImages(host, environment);
  }

  /** What all images are called unless somebody says otherwise. */
  static List<String> usualNames() {
    ImageReference operator = ImageReference.parse(USUAL_NAME);
    return Stream.of(Part.values()).map(part -> part.named(operator)).toList();
  }

  Verb verb() {
    return Verb.named("operator-image")
        .summary("make the container images of the operator, its labeler and its reboot pods")
        .description(
            """
            operator runs /manager and labeler runs /labeler, both as user 65532 from the same files:
            a Java runtime, the operator's jars and a C library, no shell. reboot is a busybox, because
            it enters the host as root. They are called what the manifests in products/operator/deploy
            call them. The same project, JDK and machine make the same bytes; SOURCE_DATE_EPOCH sets
            the time in them, which is 1970 otherwise. Needs root, because files keep their owners.
            """)
        .option(OUTPUT)
        .option(NAME)
        .option(PART)
        .example("kairos operator-image", "all three, in ./operator-images")
        .example(
            "ctr --namespace k8s.io images import operator-images/operator.tar",
            "onto a node, without a registry")
        .example(
            "kairos operator-image --part labeler --name registry.example/kairos/operator:1",
            "registry.example/kairos/operator-node-labeler:1")
        .example(
            "kairos push operator-images/operator.tar registry.example/kairos/operator:1",
            "into a registry; then set its name in the kustomization, or image.operator of the chart")
        .seeAlso("kairos push")
        .seeAlso("kairos rollout")
        .runs(this::make);
  }

  private int make(Parameters given) {
    Requirements.read().check("operator-image", host);
    ProgramImages.requireRoot();
    ImageReference name = named(given.require(NAME));
    List<Part> wanted = given.all(PART).stream().map(Part::of).distinct().toList();
    List<Part> parts = wanted.isEmpty() ? List.of(Part.values()) : wanted;
    Path output = Path.of(given.require(OUTPUT)).toAbsolutePath().normalize();
    Path work = output.resolve(".building");
    try {
      FileTree.delete(work);
      Files.createDirectories(work);
      if (parts.contains(Part.OPERATOR) || parts.contains(Part.LABELER)) {
        furnishJava(work.resolve("java"));
      }
      if (parts.contains(Part.REBOOT)) {
        furnishBusybox(work.resolve("busybox"));
      }
      for (Part part : parts) {
        make(part, name, work, output);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot make images in " + output, e);
    } finally {
      FileTree.delete(work);
    }
    return 0;
  }

  private static ImageReference named(String text) {
    ImageReference name = ImageReference.parse(text);
    if (name.digest().isPresent()) {
      throw new Refused(
          "the digest of an image follows from its bytes: " + text,
          "name it with a tag; its digest is printed");
    }
    return name;
  }

  private void make(Part part, ImageReference operator, Path work, Path output) throws IOException {
    String name = part.named(operator);
    Path archive = output.resolve(part.word() + ".tar");
    Descriptor manifest =
        programs.pack(
            work.resolve("layout"),
            programs.created().orElse(Instant.EPOCH),
            archive,
            image -> {
              image
                  .name(name)
                  .label("org.opencontainers.image.title", "kairos-operator " + part.word())
                  .label("org.opencontainers.image.version", BuildVersion.read());
              switch (part) {
                case OPERATOR -> java(image, work).entrypoint(List.of("/manager"));
                case LABELER -> java(image, work).entrypoint(List.of("/labeler"));
                case REBOOT ->
                    image
                        .addTree(work.resolve("busybox"), Set.of(), HISTORY)
                        .entrypoint(List.of("/bin/sh"));
              }
            });
    console.out().println("image   " + name);
    console.out().println("digest  " + manifest.digest());
    console.out().println("archive " + archive + "  " + Bytes.of(Files.size(archive)));
  }

  private static ImageBuilder java(ImageBuilder image, Path work) {
    return image.addTree(work.resolve("java"), Set.of(), HISTORY).user(USER);
  }

  /** A root with a C library, and both programs in one folder with the Java that they share. */
  private void furnishJava(Path root) throws IOException {
    WorkshopHome home = WorkshopHome.ofProcess();
    Path jpackage = home.jdk().resolve("bin/jpackage");
    if (!Files.isExecutable(jpackage)) {
      throw new Refused(home.jdk() + " has no jpackage", "set JAVA_HOME to a whole JDK 25");
    }
    Path aside = Files.createDirectories(root.resolveSibling("parts"));
    Path jars = Files.createDirectories(aside.resolve("jars"));
    for (Path jar : home.operatorJars()) {
      Files.copy(jar, jars.resolve(jar.getFileName()));
    }
    List<String> modules = ProgramImages.lines(DATA + "modules.list");
    requireModules(home, modules);
    programs.linkJava(modules, aside.resolve("java"));
    strip(aside.resolve("java/lib"));
    Path labeler = aside.resolve("labeler.properties");
    Files.writeString(
        labeler,
        "main-class=io.kairos.operator.labeler.LabelerMain\njava-options="
            + String.join(" ", ProgramImages.lines(DATA + "labeler.options"))
            + "\n");
    String main = home.operatorJars().getFirst().getFileName().toString();
    host.run(
        Command.of(jpackage.toString(), "--type", "app-image")
            .with("--name", "manager", "--app-version", BuildVersion.read())
            .with("--input", jars.toString(), "--main-jar", main)
            .with("--main-class", "io.kairos.operator.OperatorMain")
            .with("--java-options", String.join(" ", ProgramImages.lines(DATA + "manager.options")))
            .with("--add-launcher", "labeler=" + labeler)
            .with("--runtime-image", aside.resolve("java").toString())
            .with("--dest", aside.resolve("programs").toString())
            .within(DEADLINE));
    Path place = Files.createDirectories(root.resolve("usr/lib")).resolve("kairos-operator");
    Files.move(aside.resolve("programs/manager"), place);
    for (String program : List.of("manager", "labeler")) {
      Files.delete(place.resolve("lib/" + program + ".png")); // for desktops
      Files.createSymbolicLink(
          root.resolve(program), Path.of("usr/lib/kairos-operator/bin", program));
    }
    for (Path library : CLibrary.ofThisMachine().files()) {
      Files.copy(library, root.resolve("usr/lib").resolve(library.getFileName()));
    }
    Files.createSymbolicLink(root.resolve("usr/lib64"), Path.of("lib"));
    Files.createSymbolicLink(root.resolve("lib64"), Path.of("usr/lib"));
    Files.createSymbolicLink(root.resolve("lib"), Path.of("usr/lib"));
    furnish(root, "passwd", "group", "nsswitch.conf");
  }

  private void strip(Path libraries) throws IOException {
    try (Stream<Path> files = Files.walk(libraries)) {
      host.run(
          Command.of("strip", "--strip-unneeded")
              .with(
                  files
                      .map(Path::toString)
                      .filter(file -> file.endsWith(".so"))
                      .sorted()
                      .toArray(String[]::new))
              .within(DEADLINE));
    }
  }

  private void requireModules(WorkshopHome home, List<String> modules) throws IOException {
    List<String> absent = ProgramImages.lines(DATA + "absent-modules.list");
    List<String> missing =
        JdkModules.neededBy(host, home.jdk(), home.operatorJars()).stream()
            .filter(module -> !modules.contains(module) && !absent.contains(module))
            .toList();
    if (!missing.isEmpty()) {
      throw HostFailure.withRemedy(
          "the operator's jars need JDK modules that its image lacks: "
              + String.join(", ", missing),
          "do without them, or add them to operatorimage/modules.list");
    }
  }

  private static void furnishBusybox(Path root) throws IOException {
    Path programs = Files.createDirectories(root.resolve("bin"));
    Files.copy(BUSYBOX, programs.resolve("busybox"));
    for (String applet : ProgramImages.lines(DATA + "applets.list")) {
      Files.createSymbolicLink(programs.resolve(applet), Path.of("busybox"));
    }
    furnish(root, "passwd", "group");
  }

  private static void furnish(Path root, String... files) throws IOException {
    Path etc = Files.createDirectories(root.resolve("etc"));
    for (String file : files) {
      Files.writeString(etc.resolve(file), ProgramImages.text(DATA + file));
    }
    Path temporary = Files.createDirectories(root.resolve("tmp"));
    SettledTree.settle(root);
    Files.setAttribute(temporary, "unix:mode", 01777);
  }
}
