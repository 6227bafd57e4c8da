package io.kairos.dist.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import org.junit.jupiter.api.Test;

class CompletionTest {
  private static final Verb PROGRAM =
      Verb.named("kairos-agent")
          .option(Option.flag("debug", "say more"))
          .verb(
              Verb.named("state")
                  .summary("the node's state")
                  .option(Option.value("output", "FORMAT", "how").oneOf("text", "json"))
                  .verb(Verb.named("get").summary("one value").runs(given -> 0))
                  .runs(given -> 0))
          .group();

  @Test
  void bashKnowsEveryPlaceAndItsOptions() {
    assertThat(Completion.script("bash", PROGRAM))
        .contains("/state|/state/get) here=\"$here/$word\" ;;")
        .contains("'/state') candidates='get --debug --output --help' ;;")
        .contains("= '--output' ] && candidates='text json'")
        .endsWith("complete -o default -F _kairos_agent kairos-agent\n");
  }

  @Test
  void zshReusesTheBashFunction() {
    assertThat(Completion.script("zsh", PROGRAM)).startsWith("#compdef kairos-agent\n");
  }

  @Test
  void fishDescribesWhatItOffers() {
    assertThat(Completion.script("fish", PROGRAM))
        .contains("-n 'not __fish_seen_subcommand_from state' -a state -d 'the node\\'s state'")
        .contains("-n '__fish_seen_subcommand_from state' -l output -r -a 'text json'");
  }

  @Test
  void anotherShellIsNotMadeUp() {
    assertThatThrownBy(() -> Completion.script("tcsh", PROGRAM))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("tcsh");
  }
}
