package io.kairos.dist.node;

import io.kairos.base.Suggestion;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.cli.Console;
import io.kairos.host.linux.LinuxHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What {@code /usr/bin/kairos} and its links start: one program under several names, as busybox is.
 * The launcher passes the name by which it was called as the first word.
 */
public final class NodeMain {
  /** Scripts read these two; the original tools print them. */
  static final String UNKNOWN_TOOL = "kairos: unknown sub-tool \"%s\"";

  static final String USAGE =
      """
      Usage: kairos TOOL [arguments]

      One program under several names. Tools:
        agent       what a node does with itself: install, state, config, … (also: kairos-agent)
        immucore    makes the root file system at boot, in the initramfs (also: init)
        yip         runs a stage of cloud-configs and stage files

      Options:
        --version, -v, version    print the version
        --help, -h                this text

      See also: kairos agent --help
      """;

  private static final int MISUSED = 2;

  private final Console console;
  private final Map<String, String> environment;

  NodeMain(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  public static void main(String[] args) {
    var main = new NodeMain(Console.ofProcess(), System.getenv());
    exit(main.run(List.of(args)));
  }

  /**
   * {@link System#exit} asks for a logger of its own first, and the search for one opens every jar:
   * a fifth of the time of a short command. Where nothing keeps the VM it ends by itself.
   */
  private static void exit(int code) {
    if (code != 0 || isKept()) {
      System.exit(code);
    }
  }

  private static boolean isKept() {
    Thread[] threads = new Thread[Thread.activeCount() + 16];
    int count = Thread.enumerate(threads);
    for (int i = 0; i < count; i++) {
      if (!threads[i].isDaemon() && threads[i] != Thread.currentThread()) {
        return true;
      }
    }
    return false;
  }

  /**
   * @param words the name called, then its arguments
   */
  int run(List<String> words) {
    String called = words.isEmpty() ? "kairos" : words.getFirst();
    String name = called.substring(called.lastIndexOf('/') + 1);
    List<String> arguments = words.isEmpty() ? List.of() : words.subList(1, words.size());
    if (!name.equals("kairos")) {
      return tool(name, arguments);
    }
    if (arguments.isEmpty()) {
      console.err().print(USAGE);
      return MISUSED;
    }
    String first = arguments.getFirst();
    if (isVersion(first)) {
      return version();
    }
    if (first.equals("--help") || first.equals("-h") || first.equals("help")) {
      console.out().print(USAGE);
      return 0;
    }
    return tool(first, arguments.subList(1, arguments.size()));
  }

  private int tool(String name, List<String> arguments) {
    var tool = Tool.named(name);
    if (tool.isEmpty()) {
      console.err().println(UNKNOWN_TOOL.replace("%s", name));
      Suggestion.didYouMean(name, Tool.names())
          .ifPresent(question -> console.err().println("  try: " + question));
      console.err().print(USAGE);
      return MISUSED;
    }
    if (!arguments.isEmpty() && isVersion(arguments.getFirst())) {
      return version();
    }
    return switch (tool.get()) {
      case AGENT -> new AgentProgram(LinuxHost.here(), console, environment).run(arguments);
      case IMMUCORE -> new ImmucoreProgram(console).run(arguments);
      case YIP ->
          new YipProgram(
                  LinuxHost.here(), Path.of("").toAbsolutePath(), System.in, console, environment)
              .run(arguments);
    };
  }

  private int version() {
    console.out().println("kairos " + BuildVersion.read());
    return 0;
  }

  private static boolean isVersion(String word) {
    return word.equals("--version") || word.equals("-v") || word.equals("version");
  }
}
