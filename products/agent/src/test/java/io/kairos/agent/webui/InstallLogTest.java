package io.kairos.agent.webui;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class InstallLogTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private final InstallLog log = new InstallLog();

  @Test
  void whoeverComesLateHearsEverything() throws Exception {
    log.add("one");
    log.add("two");
    InstallLog.News news = log.await(0, LONG);
    assertThat(news.lines()).containsExactly("one", "two");
    assertThat(news.exitCode()).isEmpty();
    log.add("three");
    log.end(4);
    InstallLog.News rest = log.await(news.next(), LONG);
    assertThat(rest.lines()).containsExactly("three");
    assertThat(rest.exitCode()).hasValue(4);
  }

  @Test
  @Timeout(60)
  void noLineIsLostHoweverTheyMeet() throws Exception {
    int count = 20_000;
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              for (int i = 0; i < count; i++) {
                log.add("line " + i);
              }
              log.end(0);
            });
    List<String> heard = new ArrayList<>();
    InstallLog.News news = new InstallLog.News(List.of(), 0, java.util.OptionalInt.empty());
    while (news.exitCode().isEmpty()) {
      news = log.await(news.next(), LONG);
      heard.addAll(news.lines());
    }
    writer.join();
    assertThat(heard).hasSize(count).last().isEqualTo("line " + (count - 1));
  }

  @Test
  void whoWaitsInVainHearsNothing() throws Exception {
    assertThat(log.await(0, Duration.ofMillis(5)).lines()).isEmpty();
  }

  @Test
  void aVeryLongOneForgetsItsBeginningAndSaysSo() throws Exception {
    for (int i = 0; i < 1000; i++) {
      log.add("x".repeat(5000));
    }
    List<String> lines = log.await(0, LONG).lines();
    assertThat(lines.getFirst()).matches("\\[INFO\\] [0-9]+ lines are forgotten");
    assertThat(lines.stream().mapToInt(String::length).sum()).isLessThan(1_100_000);
  }
}
