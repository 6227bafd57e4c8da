package io.kairos.peers.yip;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Stage files that nobody has written; the same seed makes the same ones. */
final class GeneratedStages {
  private static final List<String> MODES = List.of("0600", "0644", "0755", "0440", "420");

  private final Random random;
  private final List<String> known = new ArrayList<>();
  private int count;

  private GeneratedStages(long seed) {
    random = new Random(seed);
  }

  static PeerCase of(long seed) {
    var generator = new GeneratedStages(seed);
    Map<String, String> files = new LinkedHashMap<>();
    int some = 1 + generator.random.nextInt(4);
    for (int i = 0; i < some; i++) {
      files.put("/oem/" + (char) ('a' + i) + ".yaml", generator.file(i));
    }
    return new PeerCase(
        "seed " + seed, files, Map.of(), List.of("/oem"), "", List.of(), Optional.empty());
  }

  /** A file with a name of its own; a step may come after any step before it. */
  private String file(int number) {
    String label = "file" + number;
    var text = new StringBuilder("name: " + label + "\nstages:\n  default:\n");
    int steps = 1 + random.nextInt(4);
    for (int i = 0; i < steps; i++) {
      String name = "s" + i;
      text.append("  - name: ").append(name).append('\n');
      if (!known.isEmpty() && random.nextInt(4) == 0) {
        String other = known.get(random.nextInt(known.size()));
        text.append("    after: [{name: ").append(other).append("}]\n");
      }
      action(text);
      known.add(label + "." + name);
    }
    return text.toString();
  }

  private void action(StringBuilder text) {
    int id = count++;
    String mode = MODES.get(random.nextInt(MODES.size()));
    switch (random.nextInt(7)) {
      case 0 ->
          text.append("    files: [{path: /tmp/d" + id + "/f, content: 'text " + id)
              .append("', permissions: " + mode + ", owner: " + random.nextInt(3) + "}]\n");
      case 1 ->
          text.append("    directories: [{path: /tmp/x/y" + id + ", permissions: " + mode + "}]\n");
      case 2 -> text.append("    commands: ['echo " + id + " > /tmp/c" + id + "']\n");
      case 3 ->
          text.append(
              "    commands: ['exit " + (1 + random.nextInt(3)) + "', 'touch /tmp/e" + id + "']\n");
      case 4 ->
          text.append("    environment: {K" + id + ": 'v " + id + "', N: " + id + "}\n")
              .append("    environment_file: /etc/env" + id + "\n");
      case 5 ->
          text.append("    if: 'test -e /tmp/c" + random.nextInt(id + 1) + "'\n")
              .append("    commands: ['touch /tmp/i" + id + "']\n");
      default ->
          text.append("    files: [{path: /tmp/t" + id + ", permissions: 0644, content: '")
              .append("{{ .Values.node.hostname | upper }} {{ .Values.nothing }} {{ broken'}]\n");
    }
  }
}
