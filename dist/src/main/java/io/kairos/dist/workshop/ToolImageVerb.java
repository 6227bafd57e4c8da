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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
  private final ProgramImages programs;

  ToolImageVerb(LinuxHost host, Console console, Map<String, String> environment) {
    this.host = host;
    this.console = console;
    this.programs = new ProgramImages(host, environment);
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
                String name = given.require(NAME);
                programs.pack(
                    work.resolve("layout"),
                    programs.created().orElseGet(host.clock()::instant),
                    output,
                    image ->
                        image
                            .addTree(root, Set.of(), "kairos tool-image")
                            .name(name)
                            .entrypoint(List.of("/usr/bin/auroraboot")));
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
            .with("--include=" + String.join(",", ProgramImages.lines("toolimage/packages.list")))
            .with("--aptopt=Acquire::Languages \"none\"", "--dpkgopt=force-unsafe-io")
            .with("--dpkgopt=path-exclude=/usr/share/doc/*")
            .with("--dpkgopt=path-exclude=/usr/share/locale/*")
            .with("--dpkgopt=path-exclude=/usr/share/man/*")
            .with(suite, root.toString())
            .within(DEADLINE));
    var home = WorkshopHome.ofProcess();
    Path place = Files.createDirectories(root.resolve(HOME));
    programs.linkJava(ProgramImages.lines("toolimage/modules.list"), place.resolve("java"));
    Path jars = Files.createDirectories(place.resolve("jars"));
    for (String jar : home.classPath().split(":")) {
      Files.copy(Path.of(jar), jars.resolve(Path.of(jar).getFileName()));
    }
    for (String program : List.of("auroraboot", "luet")) {
      Path file = root.resolve("usr/bin").resolve(program);
      Files.writeString(file, ProgramImages.text("toolimage/" + program + ".sh"));
      Files.setAttribute(file, "unix:mode", 0755);
    }
    return root;
  }
}
