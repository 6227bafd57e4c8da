package io.kairos.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.plan.Progress;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalProgressTest {
  private static final Map<String, String> SERVICE = Map.of(JournalProgress.VARIABLE, "8:12345");

  @TempDir Path folder;

  private ScratchHost host(String terminal, String consoles) {
    return new ScratchHost(folder)
        .with("/sys/class/tty/console/active", consoles + "\n")
        .withLink("/proc/self/fd/1", terminal);
  }

  private String told(String terminal, String consoles, Map<String, String> environment) {
    ScratchHost host = host(terminal, consoles);
    var bytes = new ByteArrayOutputStream();
    var err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    JournalProgress.of(host, environment, err)
        .on(new Progress.Event.Ended("install", Duration.ofSeconds(3), true));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aServiceOnTheScreenTellsTheSerialConsole() {
    assertThat(told("/dev/tty1", "tty1 ttyS0", SERVICE)).isEqualTo("install: done in 3.0 s\n");
  }

  @Test
  void theConsoleThatShowsTheBarsHearsNothing() {
    assertThat(told("/dev/tty1", "ttyS0 tty1", SERVICE)).isEmpty();
  }

  @Test
  void aServiceWhoseOutputIsTheJournalTellsItOnce() {
    assertThat(told("socket:[12345]", "tty1 ttyS0", SERVICE)).isEmpty();
  }

  @Test
  void aPersonAtATerminalHearsItOnce() {
    assertThat(told("/dev/pts/0", "tty1", Map.of())).isEmpty();
  }

  /** A live medium whose console is the screen: the journal had no word of why nothing came. */
  @Test
  void whyAServiceFailsStaysAlsoWhereTheScreenIsTheConsole() {
    ScratchHost host = host("/dev/tty1", "ttyS0 tty1");
    assertThat(JournalProgress.isBesideScreen(host, SERVICE)).isTrue();
    assertThat(JournalProgress.isBesideScreen(host, Map.of())).isFalse();
  }
}
