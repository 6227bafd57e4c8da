package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.dist.cli.Console;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ./kairos test}: lets Maven run the suites and tells what came out. */
final class TestCommand {
  /** What can be run, each longer than the one before. */
  enum Suites {
    /** Unit and integration tests of all modules. */
    UNIT("unit"),
    /** On a Kubernetes of this machine; the first time builds it, which takes a while. */
    CLUSTER("cluster"),
    /** Boots a BIOS machine through its whole life. */
    CORE("core"),
    /** The other journeys. */
    LONG("long");

    private final String word;

    Suites(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }

    static Suites named(String word) {
      return java.util.Arrays.stream(values())
          .filter(suite -> suite.word.equals(word))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("no suite " + word));
    }
  }

  /** What whoever repeats something in a test says, so that it does not go by unseen. */
  static final String TRIED_ONCE_MORE = "it is tried once more";

  /** Of each property that drawn cases are to prove. */
  private static final int LONG_CASES = 1_000_000;

  private static final Duration DEADLINE = Duration.ofMinutes(85);

  /** How surefire and failsafe tell that a class has been run. */
  private static final Pattern SUITE_LINE =
      Pattern.compile(
          "Tests run: (\\d+), Failures: (\\d+), Errors: (\\d+), Skipped: (\\d+),"
              + " Time elapsed: ([0-9.,]+) s.* -- in (\\S+)");

  private final Host host;
  private final WorkshopHome home;
  private final Console console;

  TestCommand(Host host, WorkshopHome home, Console console) {
    this.host = host;
    this.home = home;
    this.console = console;
  }

  /**
   * @param classes only these, by their simple names; when empty, all
   * @return 0 when nothing failed
   */
  int run(List<Suites> suites, List<String> classes) {
    TestReport.clear(home.root());
    boolean built = maven(suites, classes);
    TestReport report = TestReport.read(home.root());
    if (!built) {
      console.err().println("error: Maven did not get to the end\n  try: read " + log());
    }
    console.out().print(report.render());
    return built && report.failed() == 0 ? 0 : 1;
  }

  private Path log() {
    return home.root().resolve(".build/logs/test.log");
  }

  private boolean maven(List<Suites> suites, List<String> classes) {
    var command =
        Command.of("mvn", "-B", "--no-transfer-progress", "verify")
            .with("-Dmaven.test.failure.ignore=true")
            .env("JAVA_HOME", home.jdk().toString())
            .inheritingEnvironment()
            .in(home.root())
            .within(DEADLINE)
            .expecting(0, 1);
    List<String> journeys =
        suites.stream().filter(suite -> suite != Suites.UNIT).map(Suites::word).toList();
    if (!suites.contains(Suites.UNIT)) {
      command = command.with("-DskipTests");
    }
    if (suites.contains(Suites.LONG)) {
      command =
          command.with(
              "-Dtests.long=true",
              "-Dcases=" + LONG_CASES,
              "-Dtest.compiler=-XX:+TieredCompilation");
    }
    if (!journeys.isEmpty()) {
      command = command.with("-DskipITs=false", "-De2e.groups=" + String.join("|", journeys));
    }
    if (!classes.isEmpty()) {
      String names = String.join(",", classes);
      command =
          command.with(
              "-Dtest=" + names,
              "-Dit.test=" + names,
              "-Dsurefire.failIfNoSpecifiedTests=false",
              "-Dfailsafe.failIfNoSpecifiedTests=false");
    }
    try {
      Files.createDirectories(log().getParent());
      try (var file = new PrintStream(Files.newOutputStream(log()), true, StandardCharsets.UTF_8)) {
        return host.run(command.eachLine(line -> hear(line, file))).succeeded();
      }
    } catch (IOException e) {
      throw new HostFailure("cannot write " + log(), e);
    }
  }

  private void hear(String line, PrintStream file) {
    file.println(line);
    Matcher suite = SUITE_LINE.matcher(line);
    if (suite.find()) {
      console.out().println(spoken(suite));
    } else if (line.contains(TRIED_ONCE_MORE)) {
      console
          .err()
          .println("WARNING: a machine was lost, " + line.strip() + "\n  try: read " + log());
    } else if (line.startsWith("[ERROR] COMPILATION ERROR")) {
      console.err().println("error: the sources do not compile\n  try: read " + log());
    }
  }

  private static String spoken(Matcher suite) {
    int count = Integer.parseInt(suite.group(1));
    int failed = Integer.parseInt(suite.group(2)) + Integer.parseInt(suite.group(3));
    int skipped = Integer.parseInt(suite.group(4));
    var text = new StringBuilder(failed == 0 ? "ok      " : "FAILED  ");
    text.append(suite.group(6)).append(": ").append(count - failed - skipped).append(" passed");
    if (failed > 0) {
      text.append(", ").append(failed).append(" failed");
    }
    if (skipped > 0) {
      text.append(", ").append(skipped).append(" skipped");
    }
    return text.append("  ").append(suite.group(5)).append(" s").toString();
  }
}
