package io.kairos.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.testkit.process.SupervisedProcess.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SupervisedProcessTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  private Program shell(String script) {
    return Program.of("a test", folder, folder.resolve("log"), List.of("bash", "-c", script));
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  @Test
  void closingEndsItAndRunsWhatComesAfterwards() {
    var program =
        shell("trap 'echo asked; exit 0' TERM; echo $$; while :; do sleep 0.1; done")
            .endingBy("TERM", "echo afterwards");
    var process = SupervisedProcess.start(program);
    process.await("its number", SOON, () -> log().contains("\n"));
    long pid = Long.parseLong(log().strip());
    process.close();
    assertThat(isAlive(pid)).isFalse();
    assertThat(log()).endsWith("asked\nafterwards\n");
  }

  @Test
  void theExitCodeIsTheProgramsOwn() throws Exception {
    assertThat(SupervisedProcess.start(shell("exit 7")).end().get(20, TimeUnit.SECONDS))
        .isEqualTo(7);
    assertThat(SupervisedProcess.start(shell("kill -HUP $$")).end().get(20, TimeUnit.SECONDS))
        .isEqualTo(129);
  }

  @Test
  void waitingForAProgramThatEndsQuotesItsLog() {
    try (var process = SupervisedProcess.start(shell("echo 'no such thing'; exit 3"))) {
      assertThatThrownBy(() -> process.await("good weather", SOON, () -> false))
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining("a test ended with exit code 3 while we waited for good weather")
          .hasMessageContaining("no such thing");
    }
  }

  @Test
  void waitingInVainQuotesTheLogToo() {
    try (var process = SupervisedProcess.start(shell("echo still here; sleep 60"))) {
      process.await("its first line", SOON, () -> log().contains("here"));
      assertThatThrownBy(() -> process.await("good weather", Duration.ZERO, () -> false))
          .hasMessageContaining("waited 0 s in vain for good weather")
          .hasMessageContaining("still here");
    }
  }

  /** The supervisor itself is killed: nobody is left to read the pipe. */
  @Test
  void itDoesNotOutliveItsSupervisor() throws Exception {
    try (var process = SupervisedProcess.start(shell("echo $$; exec sleep 600"))) {
      process.await("its number", SOON, () -> log().contains("\n"));
      long pid = Long.parseLong(log().strip());
      ProcessHandle sleeper = ProcessHandle.of(pid).orElseThrow();
      assertThat(ProcessHandle.of(process.pid()).orElseThrow().destroyForcibly()).isTrue();
      assertThat(sleeper.onExit().get(20, TimeUnit.SECONDS)).isEqualTo(sleeper);
    }
  }

  /** A JVM that is killed closes its pipes like any process; a shell stands in for it. */
  @Test
  void itEndsWithWhoeverStartedItAlsoByForce() {
    Path script =
        Path.of("src/main/resources/io/kairos/testkit/process/supervise.sh").toAbsolutePath();
    var starter =
        shell(
            "sleep 601 | bash %s TERM 'echo afterwards' bash -c 'echo $$; exec sleep 602' & wait"
                .formatted(script));
    try (var process = SupervisedProcess.start(starter)) {
      process.await("its number", SOON, () -> log().contains("\n"));
      long pid = Long.parseLong(log().strip());
      ProcessHandle.of(process.pid())
          .orElseThrow()
          .descendants()
          .filter(each -> each.info().commandLine().orElse("").endsWith("sleep 601"))
          .forEach(ProcessHandle::destroyForcibly);
      // The shell ends as soon as the supervisor has; its log outlives both.
      assertThat(process.end().orTimeout(20, TimeUnit.SECONDS).join()).isZero();
      assertThat(isAlive(pid)).isFalse();
      assertThat(log()).endsWith("afterwards\n");
    }
  }
}
