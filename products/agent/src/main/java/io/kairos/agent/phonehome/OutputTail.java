package io.kairos.agent.phonehome;

import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines of what a program says, as many as a message can carry. Safe for threads. */
final class OutputTail {
  private static final int LARGEST = 64 * 1024;

  private final Deque<String> lines = new ArrayDeque<>();
  private int size;
  private boolean isCut;

  synchronized void add(String line) {
    String kept = line.length() > LARGEST ? line.substring(line.length() - LARGEST) : line;
    lines.add(kept);
    size += kept.length() + 1;
    while (size > LARGEST && lines.size() > 1) {
      size -= lines.removeFirst().length() + 1;
      isCut = true;
    }
  }

  synchronized String text() {
    var text = new StringBuilder(isCut ? "[what came before is left out]\n" : "");
    lines.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }
}
