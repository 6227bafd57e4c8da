package io.kairos.dist.workshop;

import io.kairos.base.Bytes;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.Requirements;
import io.kairos.dist.cli.Completion;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.ErrorText;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Program;
import io.kairos.dist.cli.Verb;
import io.kairos.host.linux.LinuxHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** Starts the workshop's commands; the launcher {@code ./kairos} has built and found everything. */
public final class WorkshopMain {
  private static final int MISUSED = 2;

  static final Option NO_INSTALL =
      Option.flag("no-install", "only check and list what the distribution lacks");
  static final Option DEBUG = Option.flag("debug", "log decisions in detail");

  private final Console console;
  private final Map<String, String> environment;
  private final LinuxHost host = LinuxHost.here();

  WorkshopMain(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  public static void main(String[] args) {
    var interruption = Interruption.guarding(Thread.currentThread());
    boolean interrupted;
    int code;
    try {
      code = new WorkshopMain(Console.ofProcess(), System.getenv()).run(List.of(args));
    } finally { // an Error ends this thread too
      interrupted = interruption.happened();
      interruption.released();
    }
    if (!interrupted) { // otherwise the process is ending already, and exit would wait for ever
      System.exit(code);
    }
  }

  int run(List<String> words) {
    return new Program(console, environment, MISUSED).run(verbs(), words, WorkshopMain::told);
  }

  /** Ctrl-C reaches a waiting thread as a failure of whatever it waits for. */
  private static String told(RuntimeException failure) {
    return Thread.currentThread().isInterrupted()
        ? "stopped; nothing of it is left running or mounted\n"
        : ErrorText.of(failure);
  }

  Verb verbs() {
    var images = new ImageVerbs(host, console, environment);
    var program =
        Verb.named("kairos")
            .summary("any Linux distribution as an immutable, image-based operating system")
            .description(
                """
            Converts a distribution into an OS image, builds an installer from it, and shows the
            result in a virtual machine. What a command needs from this machine is installed first,
            and said before.
            """)
            .option(NO_INSTALL)
            .option(DEBUG)
            .verb(demo())
            .verb(images.convert())
            .verb(images.validate())
            .verb(images.buildIso())
            .verb(new UnpackVerb(host, console, environment).verb())
            .verb(new PackVerb(console, environment).verb())
            .verb(new ToolImageVerb(host, console, environment).verb())
            .verb(new InitImageVerb(host, console, environment).verb())
            .verb(new OperatorImageVerb(host, console, environment).verb())
            .verb(new PushVerb(host, console, environment).verb())
            .verb(new RolloutVerb(console).verb())
            .verb(new MigrateVerb(console).verb())
            .verb(test())
            .verb(new ClusterVerbs(host, console).verb())
            .verb(version())
            .verb(Completion.verb("kairos", this::verbs, console));
    ServiceLoader.load(WorkshopExtension.class)
        .forEach(extension -> program.verb(extension.verb(host, console)));
    return program.group();
  }

  private Verb demo() {
    var distribution =
        Option.value("distro", "NAME:RELEASE", "what becomes a node")
            .oneOf("debian:12", "debian:13")
            .orElse("debian:13");
    var firmware =
        Option.value("firmware", "KIND", "what starts the machine")
            .oneOf("bios", "uefi")
            .orElse("bios");
    var memory = Option.value("memory", "MIB", "of the machine").orElse("2560");
    var work =
        Option.value(
            "workdir", "DIR", "keeps artifacts and caches (default: .build/demo beside ./kairos)");
    var keep = Option.flag("keep", "leave the node running, print how to log in");
    var attach = Option.flag("console", "show the machine's console, log in at the end");
    return Verb.named("demo")
        .summary("from nothing to a booted, immutable node in a virtual machine")
        .description(
            """
            Bootstraps the distribution, converts it into an OS image, builds an ISO from that, boots
            the ISO in QEMU, lets it install itself on an empty disk, boots the disk, and asks the
            node what it is. A second run makes again only what has changed. Ctrl-C ends it at any
            moment and leaves nothing behind.
            """)
        .option(distribution)
        .option(firmware)
        .option(memory)
        .option(work)
        .option(keep)
        .option(attach)
        .example("kairos demo", "the whole way; without KVM about 15 minutes, then about 6")
        .example("kairos demo --firmware uefi --keep", "with UEFI, and the node goes on running")
        .seeAlso("kairos convert")
        .seeAlso("kairos build-iso")
        .seeAlso("kairos test")
        .runs(
            given -> {
              Requirements.read().check("demo", host);
              var home = WorkshopHome.ofProcess();
              return new DemoCommand(host, home, console, environment)
                  .run(
                      new DemoCommand.Wishes(
                          given.require(distribution),
                          DemoCommand.firmware(given.require(firmware)),
                          memory(given.require(memory)),
                          given.value(work).map(Path::of).orElse(home.defaultWork()),
                          given.has(keep),
                          given.has(attach),
                          given.has(DEBUG)));
            });
  }

  private static Bytes memory(String text) {
    if (!text.matches("[0-9]{3,6}")) {
      throw new InvalidConfig(
          Problem.of("'" + text + "' is no amount of memory")
              .withRemedy("a number of MiB, for example --memory 2560"));
    }
    return Bytes.ofMib(Long.parseLong(text));
  }

  private Verb test() {
    var all = Option.flag("all", "also the long journeys");
    var suite =
        Option.value(
                "suite",
                "NAME",
                "only these: unit, cluster (a Kubernetes), core (one booted machine), long (the others)")
            .oneOf("unit", "cluster", "core", "long")
            .repeatable();
    var only = Option.value("only", "CLASS", "of the suites only this class").repeatable();
    return Verb.named("test")
        .summary("run the tests: units, integration, and a machine that installs and boots")
        .description(
            """
            Runs the unit and integration tests of every module and those on a Kubernetes cluster,
            then boots a machine from the ISO, lets it install itself, and looks at it through its
            whole life. The last line counts:
            N passed, N failed, N skipped. A skipped test says what it missed.
            """)
        .option(all)
        .option(suite)
        .option(only)
        .example("kairos test", "what a change has to pass; about 25 minutes without KVM")
        .example("kairos test --suite unit", "without virtual machines")
        .example("kairos test --suite long --only InMemoryIT", "one of the long journeys")
        .example("kairos test --all", "with the long journeys: UEFI, …")
        .seeAlso("kairos demo")
        .runs(
            given -> {
              Requirements.read().check("test", host);
              List<TestCommand.Suites> suites =
                  given.all(suite).stream().map(TestCommand.Suites::named).toList();
              if (suites.isEmpty()) {
                suites =
                    given.has(all)
                        ? List.of(TestCommand.Suites.values())
                        : List.of(
                            TestCommand.Suites.UNIT,
                            TestCommand.Suites.CLUSTER,
                            TestCommand.Suites.CORE);
              }
              return new TestCommand(host, WorkshopHome.ofProcess(), console)
                  .run(suites, given.all(only));
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
