package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.dist.Requirements;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.formats.osrelease.OsRelease;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageBuilder;
import io.kairos.images.LayerCompression;
import io.kairos.images.Packer;
import io.kairos.images.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code tool-image}: these commands as a container image, under the names that builder pods call:
 * {@code auroraboot}, and {@code luet} for its one use.
 */
final class ToolImageVerb {
  private static final Duration DEADLINE = Duration.ofMinutes(30);
  private static final String HOME = "usr/lib/auroraboot";

  private static final Option OUTPUT =
      Option.value("output", "FILE", "archive of an OCI layout").also("o").orElse("auroraboot.tar");
  private static final Option NAME =
      Option.value("name", "REFERENCE", "what the image is called")
          .orElse("quay.io/kairos/auroraboot:latest");
  private static final Option SUITE =
      Option.value(
          "suite", "NAME", "of Debian, whose tools are used (default: that of this machine)");

  private final LinuxHost host;
  private final Console console;
  private final Map<String, String> environment;

  ToolImageVerb(LinuxHost host, Console console, Map<String, String> environment) {
    this.host = host;
    this.console = console;
    this.environment = environment;
  }

  Verb verb() {
    return Verb.named("tool-image")
        .summary("make the container image in which the operator's builder pods build")
        .description(
            """
            A small Debian with the tools of build-iso, a Java runtime and these commands, called
            auroraboot. The same tools make the same bytes, so an ISO of a pod with the suite of this
            machine is the ISO that this machine makes. Needs root.
            """)
        .option(OUTPUT)
        .option(NAME)
        .option(SUITE)
        .example("kairos tool-image --output tools.tar", "for ctr images import, or skopeo")
        .runs(
            given -> {
              Requirements.read().check("tool-image", host);
              Path output = Path.of(given.require(OUTPUT)).toAbsolutePath();
              Path work = output.resolveSibling("." + output.getFileName() + ".building");
              try {
                FileTree.delete(work);
                Path root = root(work, given.value(SUITE).orElseGet(this::ownSuite));
                pack(root, work.resolve("layout"), given.require(NAME), output);
              } catch (IOException e) {
                throw new HostFailure("cannot make " + output, e);
              } finally {
                FileTree.delete(work);
              }
              console.out().println("image   " + given.require(NAME));
              console.out().println("archive " + output);
              return 0;
            });
  }

  private String ownSuite() {
    Path file = host.resolved("/etc/os-release");
    try {
      return OsRelease.parse(file.toString(), Files.readString(file))
          .find("VERSION_CODENAME")
          .orElse("stable");
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  private Path root(Path work, String suite) throws IOException {
    Path root = Files.createDirectories(work.resolve("root"));
    host.run(
        Command.of("mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory")
            .with("--include=" + String.join(",", lines("packages.list")))
            .with("--aptopt=Acquire::Languages \"none\"", "--dpkgopt=force-unsafe-io")
            .with("--dpkgopt=path-exclude=/usr/share/doc/*")
            .with("--dpkgopt=path-exclude=/usr/share/locale/*")
            .with("--dpkgopt=path-exclude=/usr/share/man/*")
            .with(suite, root.toString())
            .within(DEADLINE));
    var home = WorkshopHome.ofProcess();
    Path place = Files.createDirectories(root.resolve(HOME));
    host.run(
        Command.of(home.jdk().resolve("bin/jlink").toString())
            .with("--add-modules", String.join(",", lines("modules.list")))
            .with("--strip-debug", "--no-header-files", "--no-man-pages", "--compress=zip-6")
            .with("--output", place.resolve("java").toString())
            .within(DEADLINE));
    Path jars = Files.createDirectories(place.resolve("jars"));
    for (String jar : home.classPath().split(":")) {
      Files.copy(Path.of(jar), jars.resolve(Path.of(jar).getFileName()));
    }
    for (String program : List.of("auroraboot", "luet")) {
      Path file = root.resolve("usr/bin").resolve(program);
      Files.writeString(file, text(program + ".sh"));
      Files.setAttribute(file, "unix:mode", 0755);
    }
    return root;
  }

  private void pack(Path root, Path layout, String name, Path output) throws IOException {
    Instant created =
        Optional.ofNullable(environment.get("SOURCE_DATE_EPOCH"))
            .filter(text -> text.matches("[0-9]{1,11}"))
            .map(text -> Instant.ofEpochSecond(Long.parseLong(text)))
            .orElseGet(() -> host.clock().instant());
    try (var image =
        ImageBuilder.to(
            layout,
            Platform.linux(System.getProperty("os.arch")),
            created,
            LayerCompression.GZIP,
            host.kernel())) {
      image
          .addTree(root, Set.of(), "kairos tool-image")
          .name(name)
          .entrypoint(List.of("/usr/bin/auroraboot"))
          .commit();
    }
    Path partial = output.resolveSibling("." + output.getFileName() + ".partial");
    try (OutputStream out = Files.newOutputStream(partial)) {
      new Packer(host.kernel(), created).pack(layout, Set.of(), out);
    }
    Files.move(partial, output, StandardCopyOption.ATOMIC_MOVE);
  }

  private static List<String> lines(String resource) throws IOException {
    return text(resource)
        .lines()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private static String text(String resource) throws IOException {
    try (InputStream in = ToolImageVerb.class.getResourceAsStream("toolimage/" + resource)) {
      if (in == null) {
        throw new IllegalStateException("this program was built without toolimage/" + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
