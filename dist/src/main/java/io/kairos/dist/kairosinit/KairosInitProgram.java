package io.kairos.dist.kairosinit;

import io.kairos.agent.Interruption;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.base.Refused;
import io.kairos.base.Suggestion;
import io.kairos.convert.ConvertPart;
import io.kairos.convert.ConvertRequest;
import io.kairos.convert.Converter;
import io.kairos.convert.ImageVersion;
import io.kairos.convert.Validation;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.SourceDateEpoch;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.ErrorText;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
import io.kairos.dist.cli.Program;
import io.kairos.dist.cli.Verb;
import io.kairos.host.linux.LinuxHost;
import io.kairos.plan.Applier;
import io.kairos.plan.ConsoleProgress;
import io.kairos.plan.Progress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code kairos-init}: converts the root in which it runs, with the command line of the original.
 * What this project does not have yet is refused by its option's name, before anything is changed.
 */
final class KairosInitProgram {
  private static final int FAILED = 1;
  private static final int WIDTH = 100;

  /** Parts of the original that belong to providers, and one that never did anything. */
  private static final Map<String, String> NOT_HERE =
      Map.of(
          "providerBinaries", "nothing here: there are no providers yet",
          "buildProvider", "nothing here: there are no providers yet",
          "kubernetes", "nothing; kept for Dockerfiles that name it");

  private static final Option STAGE =
      Option.value("stage", "NAME", "the half to do")
          .also("s")
          .oneOf("install", "init", "all")
          .orElse("all");
  private static final Option LEVEL =
      Option.value("level", "NAME", "debug and trace also show what programs say")
          .also("l")
          .oneOf("debug", "info", "warn", "error", "trace")
          .orElse("info");
  private static final Option MODEL =
      Option.value("model", "NAME", "hardware it is for").also("m").orElse("generic");
  private static final Option VERSION =
      Option.value("version", "VERSION", "of the image, as in 1.2.3; required").also("v");
  private static final Option TRUSTED =
      Option.value("trusted", "BOOL", "Trusted Boot: only false, so far").also("t").orElse("false");
  private static final Option FIPS = Option.flag("fips", "not available yet");
  private static final Option PROVIDER =
      Option.value("provider", "NAME", "of Kubernetes: none is available yet")
          .also("p")
          .repeatable();
  private static final Option EXTENSIONS =
      Option.flag("stage-extensions", "not available yet").also("x");
  private static final Option SKIP =
      Option.value("skip-step", "NAMES", "parts to leave out, with commas between; see steps-info")
          .also("skip-steps")
          .repeatable();

  /** Of the two providers that the original ships. */
  private static final List<Option> PROVIDER_DETAILS =
      Stream.of("k3s", "k0s")
          .flatMap(
              name ->
                  Stream.of(
                      Option.value("provider-" + name + "-version", "VERSION", "with -p " + name),
                      Option.value("provider-" + name + "-config", "FILE", "with -p " + name)))
          .toList();

  private final LinuxHost host;
  private final Path home;
  private final Console console;
  private final Map<String, String> environment;

  /**
   * @param home holds {@code runtime}, which becomes {@code /usr/lib/kairos}
   */
  KairosInitProgram(LinuxHost host, Path home, Console console, Map<String, String> environment) {
    this.host = host;
    this.home = home;
    this.console = console;
    this.environment = environment;
  }

  /**
   * @return 0, or 1 after any failure
   */
  int run(List<String> words) {
    Verb program = program();
    return new Program(console, environment, FAILED)
        .run(program, withoutEmpty(words, program), ErrorText::of);
  }

  /** Dockerfiles pass empty words for what their user did not set: that is not given then. */
  private static List<String> withoutEmpty(List<String> words, Verb program) {
    var kept = new ArrayDeque<String>();
    for (String word : words) {
      if (word.isEmpty()) {
        if (!kept.isEmpty() && takesValue(kept.getLast(), program)) {
          kept.removeLast();
        }
      } else if (!word.endsWith("=")
          || !takesValue(word.substring(0, word.length() - 1), program)) {
        kept.add(word);
      }
    }
    return List.copyOf(kept);
  }

  private static boolean takesValue(String word, Verb program) {
    return word.startsWith("-")
        && program.options().stream()
            .anyMatch(
                option ->
                    !option.isFlag() && option.names().contains(word.replaceFirst("--?", "")));
  }

  private Verb program() {
    return Verb.named("kairos-init")
        .summary("make the root in which it runs a Kairos image")
        .description(
            """
            Runs as root in the build of a container, on a base image of Debian 12 or newer or of
            something that is like it. What is slow and seldom changes is the stage install:
            packages, files and the run-time. The stage init comes last: release file, kernel link,
            initramfs, services, clean-up, and a check of the result. Packages come from where the
            base image gets its own; one that has them all needs no network.
            """)
        .option(STAGE)
        .option(VERSION)
        .option(MODEL)
        .option(LEVEL)
        .option(SKIP)
        .option(TRUSTED)
        .option(FIPS)
        .option(PROVIDER)
        .options(PROVIDER_DETAILS)
        .option(EXTENSIONS)
        .verb(validate())
        .verb(stepsInfo())
        .verb(version())
        .example("kairos-init --version 1.0.0", "both stages")
        .example(
            "kairos-init -s install --version 1.0.0",
            "the first stage; other layers may follow before kairos-init -s init")
        .example("kairos-init -s init --skip-step sshHardening --version 1.0.0", "sshd as it is")
        .seeAlso("kairos-init validate")
        .runs(this::convert);
  }

  private int convert(Parameters given) {
    refuseWhatIsMissing(given);
    String version =
        given
            .value(VERSION)
            .orElseThrow(
                () ->
                    new InvalidConfig(
                        Problem.of("option --version is missing: the version of the image")
                            .withRemedy("--version 1.2.3")));
    Set<ConvertPart> skipped = skipped(given);
    ConvertRequest request =
        ConvertRequest.inPlace(
            ImageVersion.parse(version),
            home.resolve("runtime"),
            home,
            architecture(),
            given.require(MODEL),
            SourceDateEpoch.of(environment));
    var applier = new Applier(host.clock(), progress(given.require(LEVEL)));
    try (Interruption _ = Interruption.stops(applier::cancel)) {
      var _ =
          new Converter(host, host::at, applier)
              .convertInPlace(request, phases(given.require(STAGE)), skipped);
    }
    return 0;
  }

  private static void refuseWhatIsMissing(Parameters given) {
    if (isTrusted(given)) {
      throw new Refused(
          "--trusted: this kairos-init makes no images for Trusted Boot yet", "say -t false");
    }
    if (given.has(FIPS)) {
      throw new Refused(
          "--fips: this kairos-init has no programs that are certified", "leave --fips out");
    }
    List<String> providers =
        given.all(PROVIDER).stream().flatMap(names -> Stream.of(names.split(","))).toList();
    if (!providers.isEmpty()) {
      throw new Refused(
          "--provider: this kairos-init has no provider " + String.join(", ", providers) + " yet",
          "leave -p out for an image without Kubernetes, or name upstream's kairos-init image");
    }
    for (Option detail : PROVIDER_DETAILS) {
      if (given.value(detail).isPresent()) {
        throw new Refused(
            "--" + detail.name() + ": this kairos-init has no providers yet", "leave it out");
      }
    }
    if (given.has(EXTENSIONS)) {
      throw new Refused(
          "--stage-extensions: this kairos-init runs no extensions yet",
          "write what they do as RUN lines, between -s install and -s init");
    }
    String model = given.require(MODEL);
    if (!model.equals("generic")) {
      throw new Refused(
          "--model: this kairos-init knows no kernel for the model '" + model + "'",
          "say -m generic");
    }
  }

  private static boolean isTrusted(Parameters given) {
    String text = given.require(TRUSTED).toLowerCase(Locale.ROOT);
    if (!List.of("true", "1", "false", "0").contains(text)) {
      throw new InvalidConfig(
          Problem.of("option --trusted does not take '" + text + "'")
              .withRemedy("one of true, false"));
    }
    return text.equals("true") || text.equals("1");
  }

  private static Set<ConvertPart.Phase> phases(String stage) {
    return Stream.of(ConvertPart.Phase.values())
        .filter(phase -> stage.equals("all") || phase.word().equals(stage))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Set<ConvertPart> skipped(Parameters given) {
    var skipped = EnumSet.noneOf(ConvertPart.class);
    for (String names : given.all(SKIP)) {
      for (String name : names.split(",")) {
        skipped.addAll(parts(name.strip()));
      }
    }
    return skipped;
  }

  private static Set<ConvertPart> parts(String name) {
    for (ConvertPart.Phase phase : ConvertPart.Phase.values()) {
      if (phase.word().equalsIgnoreCase(name)) {
        return ConvertPart.of(phase);
      }
    }
    if (NOT_HERE.keySet().stream().anyMatch(name::equalsIgnoreCase)) {
      return Set.of();
    }
    return Set.of(
        ConvertPart.named(name)
            .orElseThrow(
                () ->
                    new InvalidConfig(
                        Problem.of("there is no step '" + name + "' to skip")
                            .withRemedy(
                                Suggestion.didYouMean(name, steps().keySet())
                                    .orElse("kairos-init steps-info lists them")))));
  }

  /** By name, in the order of names. */
  private static Map<String, String> steps() {
    var steps = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    steps.putAll(NOT_HERE);
    for (ConvertPart.Phase phase : ConvertPart.Phase.values()) {
      steps.put(phase.word(), "the whole stage: " + phase.summary());
    }
    for (ConvertPart part : ConvertPart.values()) {
      steps.put(part.word(), part.summary());
    }
    return steps;
  }

  private Progress progress(String level) {
    return switch (level) {
      case "warn", "error" -> Progress.SILENT;
      case "info" -> new ConsoleProgress(console.out(), console.isTerminal(), false, WIDTH);
      default -> new ConsoleProgress(console.out(), false, true, WIDTH);
    };
  }

  /** In Go's words. */
  private static String architecture() {
    String name = System.getProperty("os.arch");
    return name.equals("aarch64") ? "arm64" : name;
  }

  private Verb validate() {
    return Verb.named("validate")
        .summary("say, item by item, whether this root is a Kairos image")
        .description("Changes nothing. Exit code 1 when an item fails.")
        .example("RUN kairos-init validate", "as the last line of a Dockerfile")
        .runs(
            given -> {
              if (isTrusted(given)) {
                throw new Refused(
                    "--trusted: this kairos-init knows no images for Trusted Boot yet",
                    "say -t false");
              }
              var findings = new ArrayList<>(Validation.inPlace(host).check());
              findings.forEach(finding -> console.out().println(finding.render()));
              return findings.stream().anyMatch(f -> f.verdict() == Validation.Verdict.FAIL)
                  ? FAILED
                  : 0;
            });
  }

  private Verb stepsInfo() {
    return Verb.named("steps-info")
        .summary("list the steps that --skip-step takes")
        .runs(
            given -> {
              steps()
                  .forEach((name, does) -> console.out().println("%-18s %s".formatted(name, does)));
              return 0;
            });
  }

  private Verb version() {
    return Verb.named("version")
        .summary("print the version of this program and of the run-time in it")
        .runs(
            given -> {
              console.out().println("kairos-init " + BuildVersion.read());
              return 0;
            });
  }
}
