package io.kairos.agent.logs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lists in a resource, each under a name in brackets.
 *
 * @param lists by their names
 */
record Sections(Map<String, List<String>> lists) {
  static Sections read(String resource) {
    String text;
    try (InputStream in = Sections.class.getResourceAsStream(resource)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("resource " + resource + " cannot be read", e);
    }
    Map<String, List<String>> lists = new LinkedHashMap<>();
    List<String> list = new ArrayList<>();
    for (String line : text.lines().map(String::strip).toList()) {
      if (line.startsWith("[")) {
        list = lists.computeIfAbsent(line.substring(1, line.indexOf(']')), _ -> new ArrayList<>());
      } else if (!line.isEmpty() && !line.startsWith("#")) {
        list.add(line);
      }
    }
    return new Sections(lists);
  }

  List<String> list(String name) {
    return List.copyOf(lists.getOrDefault(name, List.of()));
  }
}
