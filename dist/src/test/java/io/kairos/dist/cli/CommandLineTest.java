package io.kairos.dist.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.dist.cli.CommandLine.Parsed;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandLineTest {
  private static final Option OUTPUT =
      Option.value("output", "FORMAT", "how to print").also("o").oneOf("text", "json");
  private static final Option SOURCE =
      Option.value("source", "IMAGE", "what to install").fromVariable("SOURCE");
  private static final Option DEVICE = Option.value("device", "PATH", "where").mandatory();
  private static final Option DEBUG = Option.flag("debug", "say more");
  private static final Verb PROGRAM =
      Verb.named("kairos")
          .option(DEBUG)
          .verb(
              Verb.named("state")
                  .argument(Argument.any("QUERY", "ignored"))
                  .verb(
                      Verb.named("get")
                          .alias("g")
                          .argument(Argument.required("QUERY", "what to ask"))
                          .option(OUTPUT)
                          .runs(given -> 0))
                  .runs(given -> 0))
          .verb(Verb.named("install").option(SOURCE).runs(given -> 0))
          .verb(Verb.named("format").option(DEVICE).runs(given -> 0))
          .group();

  private static Parsed parse(String... words) {
    return CommandLine.parse(PROGRAM, List.of(words), Map.of("SOURCE", "oci:from-variable"));
  }

  private static Parameters parameters(String... words) {
    assertThat(parse(words)).isInstanceOf(Parsed.Run.class);
    return ((Parsed.Run) parse(words)).given();
  }

  private static String problem(String... words) {
    assertThat(parse(words)).isInstanceOf(Parsed.Wrong.class);
    return ((Parsed.Wrong) parse(words)).problem().render();
  }

  @Test
  void verbsNestAndHaveAliases() {
    assertThat(parse("state", "g", "boot").path())
        .extracting(Verb::name)
        .containsExactly("kairos", "state", "get");
    assertThat(parameters("state", "g", "boot").word(0)).contains("boot");
  }

  @Test
  void aVerbThatTakesWordsPrefersTheVerbsBelowIt() {
    assertThat(parse("state", "boot").verb().name()).isEqualTo("state");
    assertThat(parameters("state", "boot").words()).containsExactly("boot");
  }

  @Test
  void optionsOfTheProgramGoAnywhere() {
    assertThat(parameters("--debug", "install").has(DEBUG)).isTrue();
    assertThat(parameters("install", "--debug").has(DEBUG)).isTrue();
    assertThat(parameters("install", "--debug=false").has(DEBUG)).isFalse();
  }

  @Test
  void valuesComeAfterASpaceOrAnEqualsSignOrAShortName() {
    for (String[] spelled :
        List.of(
            new String[] {"state", "get", "boot", "--output", "json"},
            new String[] {"state", "get", "--output=json", "boot"},
            new String[] {"state", "get", "-o", "json", "boot"},
            new String[] {"state", "get", "-output", "json", "boot"})) {
      assertThat(parameters(spelled).value(OUTPUT)).contains("json");
    }
  }

  @Test
  void theCommandLineWinsOverTheVariable() {
    assertThat(parameters("install").value(SOURCE)).contains("oci:from-variable");
    assertThat(parameters("install", "--source", "dir:/x").value(SOURCE)).contains("dir:/x");
  }

  @Test
  void nothingAfterTwoDashesIsAnOption() {
    assertThat(parameters("state", "get", "--", "--debug").words()).containsExactly("--debug");
  }

  @Test
  void aMisspeltVerbIsExplained() {
    assertThat(parse("instal"))
        .isInstanceOfSatisfying(
            Parsed.UnknownVerb.class,
            unknown ->
                assertThat(unknown.problem().render())
                    .isEqualTo(
                        "unknown command 'instal'\n"
                            + "  try: kairos install   (did you mean 'install'?)"));
  }

  @Test
  void aMisspeltOptionIsExplained() {
    assertThat(problem("install", "--sorce=x"))
        .isEqualTo("unknown option '--sorce'\n  try: did you mean '--source'?");
  }

  @Test
  void whatIsMissingOrTooMuchIsNamed() {
    assertThat(problem("state", "get")).startsWith("QUERY is missing: what to ask");
    assertThat(problem("install", "now")).startsWith("'now' is one word too many");
    assertThat(problem("format")).startsWith("option --device is missing: where");
    assertThat(problem("install", "--source")).startsWith("option --source needs a value");
    assertThat(problem("install", "--source", "a", "--source", "b"))
        .startsWith("option --source is given twice");
    assertThat(problem("state", "get", "boot", "-o", "xml"))
        .isEqualTo("option -o does not take 'xml'\n  try: one of text, json");
  }

  @Test
  void helpIsAskedForInThreeWays() {
    for (String[] spelled :
        List.of(
            new String[] {"state", "get", "--help"},
            new String[] {"help", "state", "get"},
            new String[] {"state", "help", "get"})) {
      assertThat(parse(spelled))
          .isInstanceOfSatisfying(
              Parsed.Help.class, help -> assertThat(help.verb().name()).isEqualTo("get"));
    }
    assertThat(parse()).isInstanceOf(Parsed.Help.class);
  }

  @Test
  void helpShowsOptionsWithDefaultsAndChoices() {
    var path = parse("state", "get", "--help").path();
    assertThat(Help.render(path))
        .contains("Usage: kairos state get [options] QUERY")
        .contains("--output FORMAT, -o")
        .contains("one of text, json")
        .contains("Global options:\n  --debug");
  }
}
