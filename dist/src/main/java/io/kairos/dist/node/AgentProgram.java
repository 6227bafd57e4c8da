package io.kairos.dist.node;

import io.kairos.agent.AgentLog;
import io.kairos.agent.NodeStages;
import io.kairos.agent.RunStageCommand;
import io.kairos.agent.Stages;
import io.kairos.agent.install.InstallArguments;
import io.kairos.agent.install.InstallCommand;
import io.kairos.agent.node.ActionContext;
import io.kairos.agent.node.PlanFormat;
import io.kairos.agent.reset.ResetArguments;
import io.kairos.agent.reset.ResetCommand;
import io.kairos.agent.state.NodeState;
import io.kairos.agent.upgrade.UpgradeArguments;
import io.kairos.agent.upgrade.UpgradeCommand;
import io.kairos.base.Refused;
import io.kairos.config.Config;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Completion;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.ManPage;
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
  static final Option INSECURE =
      Option.flag("allow-insecure-registries", "accept registries without TLS");
  static final Option PLAN = Option.flag("plan", "show what would be done; change nothing");
  static final Option OUTPUT = Option.outputFormat();

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
            .verb(upgrade())
            .verb(reset())
            .verb(runStage())
            .verb(state());
    var releases = new ReleaseVerbs(host, console, environment);
    return program
        .verbs(new InstallerVerbs(host, console, environment).all())
        .verbs(new ConfigVerbs(host, console).all())
        .verbs(new ProviderVerbs(host, console, environment).all())
        .verbs(new BootVerbs(host, console).all())
        .verbs(new HealthVerbs(console, this::context).all())
        .verb(releases.versioneer())
        .verb(new PullImageVerb(host, console, environment).declared())
        .verbs(new ExtensionVerbs(host, console, environment).all())
        .verb(new InstallBundleVerb(host, console, environment).declared())
        .verb(new LogsVerb(host, console).declared())
        .verb(uuid())
        .verb(version())
        .verb(Completion.verb("kairos-agent", this::verbs, console))
        .verb(ManPage.verb("kairos-agent", 8, this::verbs, console))
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

  private Verb upgrade() {
    var source = Option.value("source", "SOURCE", "the new system: oci:, dir:, file: or ocifile:");
    var image = Option.value("image", "IMAGE", "as --source oci:IMAGE");
    var recovery = Option.flag("recovery", "upgrade the recovery system");
    var all = Option.flag("all", "upgrade the active system, then the recovery system");
    var entry = Option.value("boot-entry", "ENTRY", "boot entry to upgrade");
    var exclude =
        Option.value("exclude-path", "PATTERN", "paths of the image to leave out").repeatable();
    var reboot = Option.flag("reboot", "reboot when done");
    return Verb.named("upgrade")
        .summary("put a new system beside the running one, to boot next")
        .description(
            """
            Writes the new system into a slot that nothing boots from, checks it, and only then gives it
            its role: the active system becomes the passive one, the new one the active one. If the
            new one does not come up, the boot menu goes back to the passive one by itself. Without
            --source the configuration says where it comes from (upgrade.system.source). Needs root.
            """)
        .argument(Argument.optional("SOURCE", "old way to give --source"))
        .option(source)
        .option(image)
        .option(recovery)
        .option(all)
        .option(entry)
        .option(exclude)
        .option(reboot)
        .option(INSECURE)
        .option(PLAN)
        .option(OUTPUT)
        .example("kairos-agent upgrade --source oci:quay.io/me/os:v2", "upgrades the active system")
        .example("kairos-agent upgrade --recovery --source oci:quay.io/me/os:v2", "the other one")
        .example("kairos-agent upgrade --plan --source dir:/mnt/os", "shows every step")
        .verb(new ReleaseVerbs(host, console, environment).listReleases())
        .runs(
            given -> {
              if (given.has(image)) {
                console.err().println("--image is deprecated, use --source oci:IMAGE");
              }
              if (given.word(0).isPresent()) {
                console.err().println("a source without --source is deprecated");
              }
              return upgrade(
                  given,
                  new UpgradeArguments(
                      given
                          .value(image)
                          .map("oci:"::concat)
                          .or(() -> given.value(source))
                          .or(() -> given.word(0).map(AgentProgram::withScheme)),
                      what(given, recovery, all, entry),
                      given.all(exclude),
                      given.has(INSECURE),
                      given.has(reboot),
                      given.has(STRICT),
                      view(given)));
            });
  }

  private Verb reset() {
    var unattended = Option.flag("unattended", "ask nobody and wait for nothing");
    var oem = Option.flag("reset-oem", "format the OEM partition too, with its cloud-configs");
    var reboot = Option.flag("reboot", "reboot when done");
    return Verb.named("reset")
        .summary("make this node new again, from its recovery system")
        .description(
            """
            Puts the recovery system, or reset.system.source of the configuration, into the active and
            the passive slot, and formats the persistent partition. One that is interrupted is done
            again at the next boot. Runs in the recovery system only: choose it in the boot menu.
            Needs root.
            """)
        .option(unattended)
        .option(oem)
        .option(reboot)
        .option(PLAN)
        .option(OUTPUT)
        .example("kairos-agent reset", "waits a minute in which Enter stops it")
        .example("kairos-agent reset --unattended --reboot", "as the boot entry does")
        .example("kairos-agent reset --plan", "shows every step")
        .runs(
            given -> {
              new ResetCommand(context(given), System.in)
                  .run(
                      new ResetArguments(
                          given.has(unattended),
                          given.has(reboot),
                          given.has(oem),
                          given.has(STRICT),
                          view(given)));
              return 0;
            });
  }

  /** An image reference needed no scheme in the old way. */
  private static String withScheme(String source) {
    return source.matches("(oci|dir|file|ocifile):.*") ? source : "oci:" + source;
  }

  private static UpgradeArguments.What what(
      Parameters given, Option recovery, Option all, Option entry) {
    if (given.has(recovery) && given.has(entry)) {
      throw new Refused(
          "only one of '--recovery' and '--boot-entry' can be set", "leave one of them out");
    }
    if (given.has(all) && (given.has(recovery) || given.has(entry))) {
      throw new Refused("--all upgrades every system already", "leave the other option out");
    }
    if (given.has(all)) {
      return UpgradeArguments.What.ALL;
    }
    boolean isRecovery =
        given.has(recovery) || given.value(entry).filter("recovery"::equals).isPresent();
    return isRecovery ? UpgradeArguments.What.RECOVERY : UpgradeArguments.What.USUAL;
  }

  /** Whether the plan is shown instead of followed, and how. */
  static Optional<PlanFormat> view(Parameters given) {
    return given.has(PLAN)
        ? Optional.of(given.require(OUTPUT).equals("json") ? PlanFormat.JSON : PlanFormat.TEXT)
        : Optional.empty();
  }

  private int upgrade(Parameters given, UpgradeArguments arguments) {
    new UpgradeCommand(context(given)).run(arguments);
    return 0;
  }

  private static InstallArguments installArguments(
      Parameters given, Optional<String> config, boolean usesDefaultFolders) {
    return new InstallArguments(
        config,
        given.value(SOURCE),
        Optional.empty(),
        false,
        false,
        usesDefaultFolders,
        given.has(INSECURE),
        given.has(STRICT),
        view(given));
  }

  private int install(Parameters given, InstallArguments arguments) {
    new InstallCommand(host, host::at, stages(given), console.out(), console.err()).run(arguments);
    return 0;
  }

  /**
   * @param usually told, unless {@code --debug} or the node asks for everything
   */
  private Function<Config, StageLog> log(Parameters given, StageLog.Level usually) {
    return config ->
        AgentLog.of(console.err(), given.has(DEBUG) ? StageLog.Level.DEBUG : usually, host, config);
  }

  private Function<Config, Stages> stages(Parameters given) {
    Function<Config, StageLog> log = log(given, StageLog.Level.WARNING);
    return config -> NodeStages.of(host, config, log.apply(config));
  }

  private ActionContext context(Parameters given) {
    return new ActionContext(
        host, host::at, stages(given), environment, console.out(), console.err());
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
