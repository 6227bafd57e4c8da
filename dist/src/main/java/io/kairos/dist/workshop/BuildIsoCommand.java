package io.kairos.dist.workshop;

import io.kairos.auroraboot.BuiltIso;
import io.kairos.auroraboot.IsoBuilder;
import io.kairos.auroraboot.IsoRequest;
import io.kairos.auroraboot.LiveMenu;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.dist.Requirements;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
import io.kairos.dist.cli.Verb;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageSource;
import io.kairos.plan.Applier;
import io.kairos.plan.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** {@code kairos build-iso}. */
final class BuildIsoCommand {
  private static final String EPOCH = "SOURCE_DATE_EPOCH";

  private final LinuxHost host;
  private final Console console;
  private final Progress progress;
  private final Map<String, String> environment;

  BuildIsoCommand(
      LinuxHost host, Console console, Progress progress, Map<String, String> environment) {
    this.host = host;
    this.console = console;
    this.progress = progress;
    this.environment = environment;
  }

  Verb verb() {
    var config =
        Option.value("cloud-config", "FILE", "what the installer and the installed node read");
    var overlay = Option.value("overlay-iso", "DIR", "files that are put on the medium");
    var name =
        Option.value("name", "NAME", "of the file, without .iso; otherwise the image's name");
    var output = Option.value("output", "DIR", "where the ISO goes").orElse("build");
    var plan = Option.flag("plan", "print what would be done, and do nothing");
    return Verb.named("build-iso")
        .summary("an installer ISO from an OS image")
        .description(
            """
            Builds a hybrid ISO that boots with BIOS and UEFI, as an ordinary user. The image is the
            folder that `kairos convert` wrote, or dir:PATH for the root of a converted system. The
            same inputs give the same bytes; SOURCE_DATE_EPOCH replaces the image's own time.
            """)
        .argument(Argument.required("IMAGE", "folder of an OCI layout, or dir:PATH"))
        .option(config)
        .option(overlay)
        .option(name)
        .option(output)
        .option(plan)
        .example("kairos build-iso build/debian-13", "an installer that asks nothing by itself")
        .example(
            "kairos build-iso build/debian-13 --cloud-config node.yaml",
            "an installer that does what node.yaml says")
        .seeAlso("kairos convert")
        .runs(
            given -> {
              Requirements.read().check("build-iso", host);
              return run(
                  new IsoRequest(
                      image(given.word(0).orElseThrow()),
                      given.value(config).map(Path::of),
                      given.value(overlay).map(Path::of),
                      given.value(name),
                      Path.of(given.require(output)),
                      LiveMenu.DEFAULT,
                      epoch()),
                  given,
                  plan);
            });
  }

  private int run(IsoRequest request, Parameters given, Option plan) {
    var builder = new IsoBuilder(host, host::at);
    if (given.has(plan)) {
      console.out().print(builder.plan(request).render());
      return 0;
    }
    BuiltIso built = builder.build(request, new Applier(host.clock(), progress));
    built.warnings().forEach(problem -> console.err().println("warning: " + problem.render()));
    console.out().println(built.iso() + "  " + built.size() + "  sha256:" + built.sha256());
    return 0;
  }

  /** A folder is a layout; everything else says what it is. */
  static ImageSource image(String text) {
    Path path = Path.of(text);
    return Files.isDirectory(path) ? new ImageSource.OciFile(path) : ImageSource.parse(text);
  }

  private Optional<Instant> epoch() {
    return Optional.ofNullable(environment.get(EPOCH))
        .filter(text -> !text.isBlank())
        .map(
            text -> {
              if (!text.matches("[0-9]{1,11}")) {
                throw new InvalidConfig(
                    Problem.at(Position.ofSource(EPOCH), "'" + text + "' is no number of seconds")
                        .withRemedy("for example the output of `git log -1 --format=%ct`"));
              }
              return Instant.ofEpochSecond(Long.parseLong(text));
            });
  }
}
