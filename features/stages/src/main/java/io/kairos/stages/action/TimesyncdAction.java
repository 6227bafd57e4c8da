package io.kairos.stages.action;

import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.host.Host;
import io.kairos.stages.StepContext;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code timesyncd}: sets keys of systemd's time client in a file of our own. */
final class TimesyncdAction implements Action {
  private static final String DIRECTORY = "/etc/systemd/timesyncd.conf.d";
  private static final String FILE = DIRECTORY + "/10-yip.conf";

  private record Settings(Map<String, String> values) implements Work {
    @Override
    public String summary() {
      return "timesyncd: " + values.size();
    }

    @Override
    public void perform(StepContext context) {
      Host host = context.host();
      if (!Files.isDirectory(host.resolved("/etc/systemd"))) {
        throw new HostFailure("there is no /etc/systemd, so nothing reads " + FILE);
      }
      HostFiles.createDirectories(host, DIRECTORY, 0755);
      HostFiles.write(host, FILE, merged(HostFiles.read(host, FILE).orElse("")), 0644);
    }

    /** The keys of section {@code [Time]} with ours over them; other sections stay as they are. */
    private String merged(String old) {
      Map<String, String> time = new LinkedHashMap<>();
      var others = new StringBuilder();
      boolean inside = false;
      for (String line : old.split("\n")) {
        String trimmed = line.strip();
        if (trimmed.startsWith("[")) {
          inside = trimmed.equals("[Time]");
        }
        int equals = trimmed.indexOf('=');
        if (!inside) {
          others.append(line).append('\n');
        } else if (equals > 0 && !trimmed.startsWith("#")) {
          time.put(trimmed.substring(0, equals).strip(), trimmed.substring(equals + 1).strip());
        }
      }
      time.putAll(values);
      int width = time.keySet().stream().mapToInt(String::length).max().orElse(0);
      var text = new StringBuilder("[Time]\n");
      time.forEach(
          (key, value) ->
              text.append(key)
                  .append(" ".repeat(width - key.length()))
                  .append(" = ")
                  .append(value)
                  .append('\n'));
      return (others.toString().isBlank() ? "" : others.toString().strip() + "\n\n") + text;
    }
  }

  @Override
  public List<String> keys() {
    return List.of("timesyncd");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.textMap("timesyncd", "settings of systemd-timesyncd")
        .optional()
        .filter(map -> !map.isEmpty())
        .map(Settings::new);
  }
}
