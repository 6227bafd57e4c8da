package io.kairos.dist.workshop;

import io.kairos.auroraboot.BuiltIso;
import io.kairos.auroraboot.IsoBuilder;
import io.kairos.auroraboot.IsoRequest;
import io.kairos.auroraboot.LiveMenu;
import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.base.Refused;
import io.kairos.convert.ConvertRequest;
import io.kairos.convert.ConvertSource;
import io.kairos.convert.ConvertStep;
import io.kairos.convert.Converter;
import io.kairos.convert.ImageVersion;
import io.kairos.convert.Validation;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.Requirements;
import io.kairos.dist.SourceDateEpoch;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
import io.kairos.dist.cli.Verb;
import io.kairos.formats.json.Json;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Flattened;
import io.kairos.images.ImageSource;
import io.kairos.images.LayerCompression;
import io.kairos.images.OciLayout;
import io.kairos.images.UnpackOptions;
import io.kairos.images.Unpacker;
import io.kairos.plan.Applier;
import io.kairos.plan.ConsoleProgress;
import io.kairos.plan.Plan;
import io.kairos.stages.StagesCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** {@code convert}, {@code validate} and {@code build-iso}. */
final class ImageVerbs {
  private static final Option PLAN = Option.flag("plan", "show the steps; make nothing");
  private static final Option WORK =
      Option.value(
          "workdir", "DIR", "keeps what can be used again (default: .build/demo beside ./kairos)");

  private final LinuxHost host;
  private final Console console;
  private final Map<String, String> environment;

  ImageVerbs(LinuxHost host, Console console, Map<String, String> environment) {
    this.host = host;
    this.console = console;
    this.environment = environment;
  }

  Verb convert() {
    var output =
        Option.value("output", "DIR", "the image, as an OCI layout").also("o").orElse("image");
    var version =
        Option.value("version", "VERSION", "of the image, as in 1.2.3").orElse(BuildVersion.read());
    var mirror = Option.value("mirror", "URL", "packages come from there");
    var model = Option.value("model", "NAME", "hardware it is for").orElse("generic");
    var compression =
        Option.value(
                "compression",
                "KIND",
                "of layers; none is faster, gzip travels, of zstd nodes fetch what is new to them")
            .oneOf("gzip", "zstd", "none")
            .orElse("gzip");
    return Verb.named("convert")
        .summary("make a distribution an immutable OS image")
        .description(
            """
            Takes a distribution and adds what a node needs to install itself, to boot read-only and
            to be upgraded as a whole. The result is an OCI image with a lock of what went into it
            and an SBOM beside it. Needs root, because files keep their owners.
            """)
        .argument(
            Argument.required(
                "SOURCE", "debian:12, debian:13, dir:PATH (a root), or the path of an OCI layout"))
        .option(output)
        .option(version)
        .option(mirror)
        .option(model)
        .option(compression)
        .option(WORK)
        .option(PLAN)
        .example("kairos convert debian:13 --output image", "Debian 13 as an image")
        .example("kairos convert debian:13 --plan", "what would be done")
        .example(
            "SOURCE_DATE_EPOCH=1767225600 kairos convert dir:./root", "the same bytes each time")
        .seeAlso("kairos validate")
        .seeAlso("kairos build-iso")
        .runs(
            given -> {
              Requirements.read().check("convert", host);
              ConvertSource source = ConvertSource.parse(given.word(0).orElseThrow());
              var progress = progress(given);
              var pipeline =
                  new Pipeline(
                      host,
                      WorkshopHome.ofProcess(),
                      work(given),
                      new Timeline(host.clock()),
                      progress);
              var request =
                  new ConvertRequest(
                      source,
                      ImageVersion.parse(given.require(version)),
                      given.has(PLAN) ? work(given) : pipeline.runtimeForImages(),
                      Path.of(given.require(output)),
                      work(given).resolve("convert"),
                      "amd64",
                      given.require(model),
                      given.value(mirror),
                      compression(given.require(compression)),
                      epoch());
              var converter = new Converter(host, host::at, new Applier(host.clock(), progress));
              if (given.has(PLAN)) {
                show(converter.plans(request));
                return 0;
              }
              Converter.Converted done = converter.convert(request);
              console.out().println("image   " + done.name() + "  " + done.size());
              console.out().println("layout  " + done.layout());
              console.out().println("digest  " + done.digest());
              console.out().println("lock    " + done.lock());
              console.out().println("sbom    " + done.sbom());
              return 0;
            });
  }

  private void show(List<Plan<ConvertStep>> plans) {
    plans.forEach(plan -> console.out().print(plan.render()));
    if (plans.size() < 3) {
      console.out().println("what follows is planned when the root is there");
    }
  }

  Verb buildIso() {
    var config =
        Option.value("cloud-config", "FILE", "for the installer and for the node").also("c");
    var overlay =
        Option.value("overlay-iso", "DIR", "its files are put on the medium, over ours")
            .repeatable();
    var rootOverlay =
        Option.value("overlay-rootfs", "DIR", "its files are laid over the root file system");
    var date = Option.flag("date", "add the day to the name");
    var arch =
        Option.value("arch", "ARCH", "what the image has to be for")
            .oneOf("amd64", "arm64", "riscv64");
    var insecure =
        Option.flag("allow-insecure-registries", "accepted; no registry is asked").also("insecure");
    var loglevel = Option.value("loglevel", "LEVEL", "accepted; see --debug").also("l");
    var name =
        Option.value("name", "NAME", "of the file, without .iso").also("override-name").also("n");
    var output =
        Option.value("output", "DIR", "where the ISO goes").also("o").orElse("/tmp/auroraboot");
    var liveConsole =
        Option.value("live-console", "PARAMETERS", "console= parameters of the installer")
            .orElse("console=ttyS0 console=tty1");
    var parameters =
        Option.value(
            "extend-live-cmdline", "PARAMETERS", "more kernel parameters of the installer");
    return Verb.named("build-iso")
        .alias("bi")
        .summary("make an image an installer ISO for BIOS and UEFI")
        .description(
            """
            Writes a hybrid ISO: it boots from CD and from a USB stick, with BIOS and with UEFI, and
            installs the image. With a cloud-config that says install.auto: true it does so without
            a question. Needs no root; the same inputs make the same bytes.
            """)
        .argument(Argument.required("IMAGE", "an OCI layout that kairos convert made, or dir:PATH"))
        .option(config)
        .option(overlay)
        .option(rootOverlay)
        .option(date)
        .option(arch)
        .option(insecure)
        .option(loglevel)
        .option(name)
        .option(output)
        .option(liveConsole)
        .option(parameters)
        .option(PLAN)
        .example(
            "kairos build-iso image --cloud-config config.yaml --output .",
            "an ISO of ./image that installs as config.yaml says")
        .seeAlso("kairos convert")
        .seeAlso("kairos demo")
        .runs(
            given -> {
              Requirements.read().checkBuilt("build-iso", host);
              given.value(arch).ifPresent(ImageVerbs::requireArchitecture);
              var request =
                  new IsoRequest(
                      image(given.word(0).orElseThrow()),
                      given.value(config).map(Path::of),
                      given.all(overlay).stream().map(Path::of).toList(),
                      given.value(rootOverlay).map(Path::of),
                      given.value(name).map(ImageVerbs::fileName).map(dated(given.has(date))),
                      Path.of(given.require(output)),
                      new LiveMenu(given.require(liveConsole), given.value(parameters).orElse("")),
                      epoch());
              var builder = new IsoBuilder(host, host::at, new StagesCheck());
              if (given.has(PLAN)) {
                console.out().print(builder.plan(request).render());
                return 0;
              }
              BuiltIso iso = builder.build(request, new Applier(host.clock(), progress(given)));
              console.out().println("iso     " + iso.iso() + "  " + iso.size());
              console.out().println("sha256  " + iso.sha256());
              iso.sbom().ifPresent(sbom -> console.out().println("sbom    " + sbom));
              BuildReport.of(environment).add(iso.iso(), iso.size(), iso.sha256());
              return 0;
            });
  }

  Verb validate() {
    var format = Option.outputFormat();
    return Verb.named("validate")
        .summary("say, item by item, whether an image is a Kairos image")
        .description(
            """
            Looks for everything that installing, booting and upgrading rely on. Exit code 1 when an
            item fails.
            """)
        .argument(Argument.required("IMAGE", "an OCI layout, or dir:PATH"))
        .option(format)
        .example("kairos validate image", "the OCI layout in ./image")
        .seeAlso("kairos convert")
        .runs(
            given -> {
              List<Validation.Finding> findings = findings(image(given.word(0).orElseThrow()));
              if (given.require(format).equals("json")) {
                console
                    .out()
                    .println(
                        Json.pretty(findings.stream().map(Validation.Finding::fields).toList()));
              } else {
                findings.forEach(finding -> console.out().println(finding.render()));
              }
              return findings.stream().anyMatch(f -> f.verdict() == Validation.Verdict.FAIL)
                  ? 1
                  : 0;
            });
  }

  private List<Validation.Finding> findings(ImageSource image) {
    return switch (image) {
      case ImageSource.Directory(var path) -> Validation.of(host, host.at(path)).check();
      case ImageSource.OciFile(var layout) -> {
        Path scratch = scratch();
        try {
          new Unpacker(host.kernel(), UnpackOptions.TO_LOOK_AT)
              .unpack(Flattened.of(OciLayout.open(layout).image()), scratch);
          yield Validation.of(host, host.at(scratch)).check();
        } finally {
          FileTree.delete(scratch);
        }
      }
      default -> throw new IllegalStateException("not a local image: " + image);
    };
  }

  private static LayerCompression compression(String name) {
    return switch (name) {
      case "gzip" -> LayerCompression.GZIP;
      case "zstd" -> LayerCompression.ZSTD_CHUNKED;
      default -> LayerCompression.NONE;
    };
  }

  private static Path scratch() {
    try {
      return Files.createTempDirectory("kairos-validate");
    } catch (IOException e) {
      throw new HostFailure("cannot make a temporary folder", e);
    }
  }

  /** A path is the path of a layout here; images of registries are for another day. */
  private static ImageSource image(String text) {
    if (text.startsWith("dir:") || text.startsWith("ocifile:")) {
      return ImageSource.parse(text);
    }
    if (!Files.exists(Path.of(text))) {
      throw new InvalidConfig(
          Problem.of("there is no image " + text)
              .withRemedy("name the folder that kairos convert wrote, or dir:PATH"));
    }
    return new ImageSource.OciFile(Path.of(text));
  }

  private UnaryOperator<String> dated(boolean isWanted) {
    String day =
        DateTimeFormatter.BASIC_ISO_DATE.format(
            epoch().orElseGet(() -> host.clock().instant()).atOffset(ZoneOffset.UTC).toLocalDate());
    return name -> isWanted ? name + "." + day : name;
  }

  private static void requireArchitecture(String arch) {
    if (!arch.equals("amd64")) {
      throw new Refused(
          "this program writes ISOs for amd64, not for " + arch, "use an image for amd64");
    }
  }

  private static String fileName(String text) {
    if (text.isEmpty() || text.contains("/")) {
      throw new InvalidConfig(
          Problem.of("'" + text + "' is no file name").withRemedy("a name without slashes"));
    }
    return text;
  }

  private Path work(Parameters given) {
    return given.value(WORK).map(Path::of).orElseGet(() -> WorkshopHome.ofProcess().defaultWork());
  }

  private Optional<Instant> epoch() {
    return SourceDateEpoch.of(environment);
  }

  private ConsoleProgress progress(Parameters given) {
    return new ConsoleProgress(
        console.out(), console.isTerminal(), given.has(WorkshopMain.DEBUG), 100);
  }
}
