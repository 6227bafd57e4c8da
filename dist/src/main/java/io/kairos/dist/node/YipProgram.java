package io.kairos.dist.node;

import io.kairos.base.HostFailure;
import io.kairos.config.CloudConfigFiles;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
import io.kairos.dist.cli.Verb;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import io.kairos.stages.StageLog;
import io.kairos.stages.StagePreview;
import io.kairos.stages.StageReport;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import io.kairos.stages.StageSources.Notation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code yip}: runs one stage of some files, and nothing else; no configuration of the node is
 * read. Results go to standard output, everything else to standard error.
 */
public final class YipProgram {
  /** Scripts match this line. */
  static final String NO_SOURCE = "yip needs at least one path or url as argument";

  private static final int FAILED = 1;

  private static final Option STAGE =
      Option.value("stage", "NAME", "stage to run: this name alone, without .before and .after")
          .also("s")
          .orElse("default");
  private static final Option ANALYZE =
      Option.flag("analyze", "print the layers of steps; run nothing").also("a");
  private static final Option DRY_RUN =
      Option.flag("dry-run", "tell for each step where it is, when it runs and what it does");
  private static final Option DOTTED =
      Option.flag("dotnotation", "sources are KEY=VALUE words, as on a kernel command line")
          .also("d");
  private static final Option OUTPUT =
      Option.value("output", "FORMAT", "how --analyze and --dry-run are printed")
          .also("o")
          .oneOf("text", "json")
          .orElse("text");

  private final Host host;
  private final Path workingDirectory;
  private final InputStream in;
  private final Console console;
  private final Map<String, String> environment;

  /**
   * @param workingDirectory of relative sources, as a path of the host
   */
  public YipProgram(
      Host host,
      Path workingDirectory,
      InputStream in,
      Console console,
      Map<String, String> environment) {
    this.host = host;
    this.workingDirectory = workingDirectory;
    this.in = in;
    this.console = console;
    this.environment = environment;
  }

  /**
   * @return the exit code: 0 when every step succeeded or did not apply
   */
  public int run(List<String> words) {
    return new NodeProgram(console, environment).run(verb(), words);
  }

  private Verb verb() {
    return Verb.named("yip")
        .summary("run a stage of cloud-configs and stage files")
        .description(
            """
            Reads the stage files and cloud-configs of each SOURCE and runs one of their stages on
            this machine. A SOURCE is a folder (its .yaml and .yml files), a file of any name, a URL,
            the text of a document, or - alone for a document on standard input. The steps of one
            source make a graph: within a file one after the other, file after file in the order of
            their names, unless a step says after. A step that fails stops no other; the exit code
            is 1 when one failed. LOGLEVEL is error, warning, info, debug or trace.
            """)
        .argument(Argument.any("SOURCE", "folders, files, URLs, documents, or -"))
        .option(STAGE)
        .option(ANALYZE)
        .option(DRY_RUN)
        .option(DOTTED)
        .option(OUTPUT)
        .example("yip -s initramfs /oem extra.yaml", "runs the stage initramfs of both")
        .example("yip -s boot --dry-run /oem", "tells what it would do")
        .example("echo 'stages: {default: [{commands: [id]}]}' | yip -", "runs a document")
        .example("yip -d 'stages.default[0].commands[0]=id'", "the same in one word")
        .seeAlso("kairos-agent run-stage")
        .runs(this::yip);
  }

  private int yip(Parameters given) {
    StageLog log = log();
    log.info("yip version " + BuildVersion.read());
    if (given.words().isEmpty()) {
      console.err().println(NO_SOURCE);
      console.err().println("  try: yip --help");
      return FAILED;
    }
    var runner = new StageRunner(host, log);
    StageSources sources =
        sources(given.words()).in(given.has(DOTTED) ? Notation.DOTTED : Notation.YAML);
    String stage = given.require(STAGE);
    if (given.has(ANALYZE) || given.has(DRY_RUN)) {
      show(runner.previewAlone(stage, sources), given);
      return 0;
    }
    StageReport report = runner.runAlone(stage, sources);
    report.errors().forEach(error -> console.err().println("error: " + error));
    return report.succeeded() ? 0 : FAILED;
  }

  private void show(StagePreview preview, Parameters given) {
    if (given.require(OUTPUT).equals("json")) {
      console.out().println(Json.pretty(preview.fields()));
    } else {
      console.out().print(given.has(DRY_RUN) ? preview.explained() : preview.listing());
    }
  }

  private StageSources sources(List<String> words) {
    if (words.equals(List.of("-"))) {
      try {
        return StageSources.document(CloudConfigFiles.read(in, "standard input"));
      } catch (IOException e) {
        throw new HostFailure("cannot read standard input", e);
      }
    }
    return StageSources.only(words.stream().map(this::located).toArray(String[]::new));
  }

  /** Relative paths become absolute ones; what is no path stays. */
  private String located(String source) {
    if (source.startsWith("/") || source.contains("\n") || source.contains("\0")) {
      return source;
    }
    String absolute = workingDirectory.resolve(source).normalize().toString();
    return Files.exists(host.resolved(absolute)) ? absolute : source;
  }

  private StageLog log() {
    StageLog.Level least =
        switch (environment.getOrDefault("LOGLEVEL", "").toLowerCase(Locale.ROOT)) {
          case "error" -> null;
          case "warning" -> StageLog.Level.WARNING;
          case "debug", "trace" -> StageLog.Level.DEBUG;
          default -> StageLog.Level.INFO;
        };
    return (level, line) -> {
      if (least != null && level.compareTo(least) >= 0) {
        console.err().println(level.name().toLowerCase(Locale.ROOT) + ": " + line);
      }
    };
  }
}
