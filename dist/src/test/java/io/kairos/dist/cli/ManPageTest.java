package io.kairos.dist.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import org.junit.jupiter.api.Test;

class ManPageTest {
  private static final Verb PROGRAM =
      Verb.named("kairos-agent")
          .summary("what a node does")
          .description("One line.\n\n.hidden is no request\n")
          .option(Option.flag("debug", "say more"))
          .verb(
              Verb.named("state")
                  .alias("s")
                  .summary("the node's state")
                  .option(Option.value("output", "FORMAT", "how").oneOf("text", "json"))
                  .example("kairos-agent state", "prints it")
                  .verb(
                      Verb.named("get")
                          .summary("one value")
                          .argument(Argument.required("PATH", "back\\slash and \"quotes\""))
                          .runs(given -> 0))
                  .runs(given -> 0))
          .group();

  @Test
  void everyCommandHasAPlace() {
    assertThat(ManPage.render(PROGRAM, 8))
        .startsWith(
            ".TH kairos\\-agent 8 \"\" Kairos\n.SH \"NAME\"\nkairos\\-agent \\- what a node")
        .contains(".SS \"kairos\\-agent state [options] [COMMAND]\"\nThe node's state.\n")
        .contains("Also: s.")
        .contains("\\fB\\-\\-output FORMAT\\fR\nhow; one of text, json\n")
        .contains(".SS \"kairos\\-agent state get [options] PATH\"\nOne value.\n");
  }

  @Test
  void textIsNeverTakenForARequest() {
    assertThat(ManPage.render(PROGRAM, 8))
        .contains("\n\\&.hidden is no request\n")
        .contains("back\\(rsslash");
  }

  @Test
  void groffHasNothingToComplainAbout() {
    var host = LinuxHost.here();
    assumeTrue(host.hasProgram("groff"), "no groff: the manual is not formatted");
    Output formatted =
        host.run(
            Command.of("groff", "-man", "-ww", "-Tascii", "-P-cbou")
                .stdin(ManPage.render(PROGRAM, 8)));
    assertThat(formatted.stderr()).isEmpty();
    assertThat(formatted.stdout())
        .contains("--output FORMAT", ".hidden is no request", "back\\slash and \"quotes\"");
  }
}
