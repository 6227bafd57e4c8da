package io.kairos.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProblemTest {
  @Test
  void anErrorSaysWhereWhatAndWhatToDo() {
    assertThat(
            new Refused(
                "/dev/sda holds a mounted partition",
                Optional.of(new Position("/oem/90_custom.yaml", 4, 11)),
                "unmount it"))
        .hasMessage(
            "/oem/90_custom.yaml:4:11: /dev/sda holds a mounted partition\n  try: unmount it");
  }

  @Test
  void allProblemsAreToldAtOnce() {
    var problems = new Problems();
    problems.add(Problem.of("first"));
    problems.add(Problem.of("second"));
    assertThatThrownBy(problems::throwIfAny)
        .isInstanceOf(InvalidConfig.class)
        .hasMessage("first\nsecond");
  }

  @Test
  void aFileThatIsMissingIsCalledSo() {
    assertThat(new HostFailure("cannot read the lock", new NoSuchFileException("/run/x")))
        .hasMessage("cannot read the lock: no such file: /run/x");
  }

  @Test
  void aMisspeltWordIsGuessed() {
    var known = List.of("debian:12", "debian:13");
    assertThat(Suggestion.didYouMean("debain:13", known)).contains("did you mean 'debian:13'?");
    assertThat(Suggestion.didYouMean("slackware", known)).isEmpty();
  }

  @Test
  void bytesReadAsPeopleWriteThem() {
    assertThat(Bytes.of(512)).hasToString("512 B");
    assertThat(Bytes.ofMib(64)).hasToString("64.0 MiB");
    assertThat(Bytes.of(1).roundedUpToMib()).isEqualTo(Bytes.ofMib(1));
  }

  @Test
  void aSecretIsNeverPrinted() {
    try (var secret = Secret.of("hunter2")) {
      assertThat(secret).hasToString("********");
    }
  }
}
