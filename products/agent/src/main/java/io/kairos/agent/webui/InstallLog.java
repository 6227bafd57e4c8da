package io.kairos.agent.webui;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;

/**
 * What one installation said, for any number of listeners that come and go. Of a very long one the
 * beginning is forgotten. Safe for concurrent use.
 */
final class InstallLog {
  /** In memory at the same time: two megabytes at most, on a machine that may have few. */
  private static final int LARGEST = 1 << 20;

  private static final int LONGEST_LINE = 4096;

  /**
   * News for one listener.
   *
   * @param lines in their order
   * @param next where to go on listening
   * @param exitCode of the installation, once nothing comes after {@code lines}
   */
  record News(List<String> lines, long next, OptionalInt exitCode) {}

  private final Deque<String> lines = new ArrayDeque<>();
  private long forgotten;
  private int size;
  private OptionalInt exitCode = OptionalInt.empty();

  synchronized void add(String line) {
    String kept = line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…";
    lines.addLast(kept);
    size += kept.length();
    while (size > LARGEST) {
      size -= lines.removeFirst().length();
      forgotten++;
    }
    notifyAll();
  }

  /** Nothing is added after it. */
  synchronized void end(int code) {
    exitCode = OptionalInt.of(code);
    notifyAll();
  }

  synchronized OptionalInt exitCode() {
    return exitCode;
  }

  /**
   * @param from zero for everything, or {@code next} of the news before
   * @param patience how long to wait for news; without any the lines are empty
   */
  synchronized News await(long from, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (from >= forgotten + lines.size() && exitCode.isEmpty()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return new News(List.of(), from, OptionalInt.empty());
      }
      wait(left);
    }
    List<String> news = new ArrayList<>();
    if (from < forgotten) {
      news.add("[INFO] " + (forgotten - from) + " lines are forgotten");
    }
    lines.stream().skip(Math.max(0, from - forgotten)).forEach(news::add);
    return new News(news, forgotten + lines.size(), exitCode);
  }
}
