package io.kairos.agent.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.agent.frontend.InstallEvent.Failed;
import io.kairos.agent.frontend.InstallEvent.Line;
import io.kairos.agent.frontend.InstallEvent.Reached;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstallEventTest {
  @ParameterizedTest
  @EnumSource
  void everyMilestoneIsKnownByItsWord(InstallMilestone milestone) {
    assertThat(
            InstallEvent.parse(
                "{\"event\":\"step\",\"step\":\"" + milestone.word() + "\",\"x\":1}"))
        .contains(new Reached(milestone));
  }

  @Test
  void anErrorKeepsItsLines() {
    assertThat(InstallEvent.parse("{\"event\":\"error\",\"message\":\"no disk\\n  try: one\"}"))
        .contains(new Failed("no disk\n  try: one"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[ 1/9] partition /dev/vda", "{", "{}", "{\"event\":\"\"}", "{\"event\":7}"})
  void whatIsNoEventIsALineOfTheLog(String line) {
    assertThat(InstallEvent.parse(line)).contains(new Line(line));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"event\":\"tea\"}", "{\"event\":\"step\",\"step\":\"tea\"}"})
  void whatALaterVersionSaysIsPassedOver(String line) {
    assertThat(InstallEvent.parse(line)).isEmpty();
  }
}
