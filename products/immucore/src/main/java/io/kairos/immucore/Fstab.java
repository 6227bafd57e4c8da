package io.kairos.immucore;

import java.util.ArrayList;
import java.util.List;

/** Lines for the real system's {@code /etc/fstab} (fstab(5)), in the order of their steps. */
final class Fstab {
  /** Order of the file, whichever step ends first. */
  enum Group {
    TMP,
    STATE,
    ROOT,
    OEM,
    BASE_OVERLAY,
    VOLUME,
    OVERLAY,
    BIND
  }

  private record Line(Group group, String text) {}

  private final List<Line> lines = new ArrayList<>();

  synchronized void add(Group group, String source, String target, String type, String options) {
    lines.add(new Line(group, String.join(" ", source, target, type, options, "0 0")));
  }

  synchronized String render() {
    var text = new StringBuilder();
    for (Group group : Group.values()) {
      lines.stream()
          .filter(line -> line.group() == group)
          .forEach(line -> text.append(line.text()).append('\n'));
    }
    return text.toString();
  }
}
