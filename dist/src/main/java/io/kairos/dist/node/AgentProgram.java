package io.kairos.dist.node;

import io.kairos.agent.AgentLog;
import io.kairos.agent.NodeStages;
import io.kairos.agent.RunStageCommand;
import io.kairos.agent.Stages;
import io.kairos.agent.install.InstallArguments;
import io.kairos.agent.install.InstallCommand;
import io.kairos.agent.state.NodeState;
import io.kairos.config.Config;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Completion;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
import io.kairos.dist.cli.Verb;
import io.kairos.formats.json.Json;
import io.kairos.formats.yaml.Yaml;
import io.kairos.host.linux.LinuxHost;
import io.kairos.stages.StageLog;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** {@code kairos-agent}: the commands of a node, and the products that run them. */
final class AgentProgram {
  static final Option DEBUG =
      Option.flag("debug", "log decisions in detail").fromVariable("KAIROS_AGENT_DEBUG");
  static final Option STRICT =
      Option.flag("strict-validation", "fail, not warn, where a config breaks the schema")
          .fromVariable("STRICT_VALIDATIONS");

  private static final Option SOURCE =
      Option.value(
          "source",
          "IMAGE",
          "image to install instead of the medium's: dir:PATH, ocifile:PATH, file:PATH");
  private static final Option INSECURE =
      Option.flag("allow-insecure-registries", "accept registries without TLS");
  private static final Option PLAN = Option.flag("plan", "show what would be done; change nothing");
  private static final Option OUTPUT =
      Option.value("output", "FORMAT", "how the result is printed")
          .also("o")
          .oneOf("text", "json")
          .orElse("text");

  private final Console console;
  private final Map<String, String> environment;
  private final LinuxHost host;

  AgentProgram(LinuxHost host, Console console, Map<String, String> environment) {
    this.host = host;
    this.console = console;
    this.environment = environment;
  }

  int run(List<String> words) {
    return new NodeProgram(console, environment).run(verbs(), words);
  }

  Verb verbs() {
    var program =
        Verb.named("kairos-agent")
            .summary("what a node does with itself")
            .description(
                """
            Installs this machine from the medium it was booted from, tells its state and its
            configuration, checks cloud-configs, and runs their stages.
            """)
            .option(DEBUG)
            .option(STRICT)
            .verb(install())
            .verb(manualInstall())
            .verb(runStage())
            .verb(state());
    new ConfigVerbs(host, console).all().forEach(program::verb);
    new ProviderVerbs(host, console, environment).all().forEach(program::verb);
    var releases = new ReleaseVerbs(host, console, environment);
    new BootVerbs(host, console).all().forEach(program::verb);
    program
        .verb(
            Verb.named("upgrade")
                .summary("what this node could be upgraded to")
                .verb(releases.listReleases())
                .group())
        .verb(releases.versioneer())
        .verb(new PullImageVerb(host, console, environment).declared())
        .verb(new LogsVerb(host, console).declared());
    return program
        .verb(uuid())
        .verb(version())
        .verb(Completion.verb("kairos-agent", this::verbs, console))
        .group();
  }

  private Verb install() {
    return Verb.named("install")
        .alias("i")
        .summary("install this machine as the cloud-config of its medium says")
        .description(
            """
            Reads the cloud-configs of the medium and of the kernel command line, and installs when
            they say install.auto: true. The disk is install.device; auto takes the largest one that
            is neither the medium, nor removable, nor in use. Needs root.
            """)
        .option(SOURCE)
        .option(INSECURE)
        .option(PLAN)
        .option(OUTPUT)
        .example("kairos-agent install --plan", "shows every step before a byte is written")
        .example("kairos-agent install --plan --output json", "the same, for programs")
        .seeAlso("kairos-agent manual-install")
        .runs(given -> install(given, installArguments(given, Optional.empty(), true)));
  }

  private Verb manualInstall() {
    var device =
        Option.value("device", "DISK", "disk to install on; auto takes the largest free one");
    var reboot = Option.flag("reboot", "reboot when done");
    var powerOff = Option.flag("poweroff", "switch off when done");
    var defaults = Option.flag("use-default-dirs", "read the cloud-configs of the medium too");
    return Verb.named("manual-install")
        .alias("m")
        .summary("install this machine as a given cloud-config says")
        .description(
            """
            Installs with the cloud-config that is named, whether or not it says install.auto. What
            the command line says wins over the cloud-config. Needs root.
            """)
        .argument(Argument.required("CONFIG", "cloud-config: a file or a URL"))
        .option(device)
        .option(reboot)
        .option(powerOff)
        .option(defaults)
        .option(SOURCE)
        .option(INSECURE)
        .option(PLAN)
        .option(OUTPUT)
        .example(
            "kairos-agent manual-install --device /dev/vda --reboot config.yaml",
            "installs on that disk and restarts")
        .seeAlso("kairos-agent install")
        .runs(
            given -> {
              InstallArguments base = installArguments(given, given.word(0), given.has(defaults));
              return install(
                  given,
                  new InstallArguments(
                      base.config(),
                      base.source(),
                      given.value(device),
                      given.has(reboot),
                      given.has(powerOff),
                      base.usesDefaultFolders(),
                      base.allowsInsecureRegistries(),
                      base.isStrict(),
                      base.view()));
            });
  }

  private static InstallArguments installArguments(
      Parameters given, Optional<String> config, boolean usesDefaultFolders) {
    Optional<InstallArguments.View> view =
        given.has(PLAN)
            ? Optional.of(
                given.require(OUTPUT).equals("json")
                    ? InstallArguments.View.JSON
                    : InstallArguments.View.TEXT)
            : Optional.empty();
    return new InstallArguments(
        config,
        given.value(SOURCE),
        Optional.empty(),
        false,
        false,
        usesDefaultFolders,
        given.has(INSECURE),
        given.has(STRICT),
        view);
  }

  private int install(Parameters given, InstallArguments arguments) {
    Function<Config, StageLog> log = log(given, StageLog.Level.WARNING);
    Function<Config, Stages> stages = config -> NodeStages.of(host, config, log.apply(config));
    new InstallCommand(host, host::at, stages, console.out(), console.err()).run(arguments);
    return 0;
  }

  /**
   * @param usually told, unless {@code --debug} or the node asks for everything
   */
  private Function<Config, StageLog> log(Parameters given, StageLog.Level usually) {
    return config ->
        AgentLog.of(console.err(), given.has(DEBUG) ? StageLog.Level.DEBUG : usually, host, config);
  }

  private Verb runStage() {
    var strict = Option.flag("strict", "fail when a step fails");
    var paths =
        Option.value("cloud-init-paths", "PATH", "a folder or file read after the usual ones")
            .repeatable();
    var instead =
        Option.value("override-cloud-init-paths", "PATH", "read this and nothing else")
            .repeatable();
    var analyze = Option.flag("analyze", "show the layers of steps; run nothing").also("a");
    var dryRun =
        Option.flag("dry-run", "tell for each step where it is, when it runs and what it does");
    return Verb.named("run-stage")
        .summary("run a stage of the cloud-configs, as the boot does")
        .description(
            """
            Runs STAGE.before, STAGE and STAGE.after from /system/oem, /oem, /usr/local/cloud-config,
            the paths that the configuration and the command line add, the config URL of the kernel
            command line, and that line itself. A step that fails is a warning, unless --strict is given or
            the configuration says strict: true. Needs root.
            """)
        .argument(Argument.required("STAGE", "rootfs, initramfs, fs, boot, network, reconcile, …"))
        .option(strict)
        .option(paths)
        .option(instead)
        .option(analyze)
        .option(dryRun)
        .option(OUTPUT)
        .example("kairos-agent run-stage boot --analyze", "shows the steps in their order")
        .example("kairos-agent run-stage boot --dry-run", "tells what each of them would do")
        .runs(
            given -> {
              new RunStageCommand(
                      host, log(given, StageLog.Level.INFO), console.out(), console.err())
                  .run(
                      new RunStageCommand.Arguments(
                          given.word(0).orElseThrow(),
                          given.has(strict),
                          given.all(paths),
                          given.all(instead),
                          mode(given, analyze, dryRun)));
              return 0;
            });
  }

  private static RunStageCommand.Mode mode(Parameters given, Option analyze, Option dryRun) {
    if (!given.has(analyze) && !given.has(dryRun)) {
      return RunStageCommand.Mode.RUN;
    }
    if (given.require(OUTPUT).equals("json")) {
      return RunStageCommand.Mode.JSON;
    }
    return given.has(dryRun) ? RunStageCommand.Mode.EXPLAINED : RunStageCommand.Mode.GRAPH;
  }

  private Verb state() {
    return Verb.named("state")
        .summary("what this node is: boot state, partitions, system")
        .description(
            """
            Prints the state document: how the node was booted (boot), its partitions (oem, state,
            recovery, persistent), addresses, hardware and versions.
            """)
        .alias("s")
        .argument(Argument.any("…", "ignored"))
        .option(OUTPUT)
        .example("kairos-agent state", "everything, as YAML")
        .example("kairos-agent state get boot", "active_boot, passive_boot, recovery_boot, …")
        .example("kairos-agent state get oem.mounted", "one value of it")
        .verb(
            Verb.named("get")
                .alias("g")
                .summary("one value of the state document")
                .argument(Argument.optional("QUERY", "a path such as oem.found, or a jq query"))
                .example("kairos-agent state get kairos.version", "the version of the image")
                .runs(this::getState))
        .runs(
            given -> {
              var tree = NodeState.observe(host).whole();
              console
                  .out()
                  .println(
                      given.require(OUTPUT).equals("json")
                          ? Json.pretty(tree)
                          : Yaml.emit(Yaml.parse(Json.write(tree), "state")));
              return 0;
            });
  }

  /** Without a line end: scripts put it into variables and files as it is. */
  private int getState(Parameters given) {
    console.out().print(NodeState.observe(host).get(given.word(0).orElse("")));
    console.out().flush();
    return 0;
  }

  /** Without a line end, as the state has it. */
  private Verb uuid() {
    return Verb.named("uuid")
        .alias("u")
        .summary("print what tells this node from others: UUID, or machine id and host name")
        .runs(
            given -> {
              console.out().print(NodeState.observe(host).get("uuid"));
              console.out().flush();
              return 0;
            });
  }

  private Verb version() {
    return Verb.named("version")
        .summary("print the version")
        .runs(
            given -> {
              console.out().println("kairos " + BuildVersion.read());
              return 0;
            });
  }
}
