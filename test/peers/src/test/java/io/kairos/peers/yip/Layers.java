package io.kairos.peers.yip;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The layers of a graph listing; within a layer the original has no order. */
record Layers(List<Set<String>> names) {
  private static final Pattern NUMBER = Pattern.compile("(?:.*msg=\"?)?\\d+\\.\"?");
  private static final Pattern NAME = Pattern.compile("(?:.*msg=\")? <(.*)> \\(.*\\) \\(.*\\)\"?");

  /** Of lines such as {@code <name> (background: false) (weak: true)}, bare or in log lines. */
  static Layers ofLog(String text) {
    List<Set<String>> layers = new ArrayList<>();
    for (String line : text.split("\n")) {
      Matcher name = NAME.matcher(line);
      if (NUMBER.matcher(line).matches()) {
        layers.add(new TreeSet<>());
      } else if (name.matches()) {
        layers.getLast().add(name.group(1));
      }
    }
    return new Layers(layers);
  }
}
