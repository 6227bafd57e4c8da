package io.kairos.dist.node;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the one program can be, by the name of its command and by the name of its link. */
enum Tool {
  AGENT("agent", "kairos-agent"),
  IMMUCORE("immucore", "init"),
  YIP("yip", "yip");

  private final String command;
  private final String link;

  Tool(String command, String link) {
    this.command = command;
    this.link = link;
  }

  static Optional<Tool> named(String name) {
    return Arrays.stream(values())
        .filter(tool -> tool.command.equals(name) || tool.link.equals(name))
        .findFirst();
  }

  static List<String> names() {
    return Arrays.stream(values())
        .flatMap(tool -> Stream.of(tool.command, tool.link))
        .distinct()
        .toList();
  }
}
