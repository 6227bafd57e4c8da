package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.formats.dotenv.DotEnv;
import io.kairos.host.Host;
import io.kairos.stages.StepContext;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code environment} and {@code environment_file}: puts variables into an env file. */
final class EnvironmentAction implements Action {
  private record Variables(Map<String, String> values, String file) implements Work {
    @Override
    public String summary() {
      return "environment: " + values.size();
    }

    @Override
    public void perform(StepContext context) {
      Host host = context.host();
      Map<String, String> rendered = new LinkedHashMap<>();
      values.forEach((name, value) -> rendered.put(name, context.render(value)));
      String parent = file.substring(0, Math.max(1, file.lastIndexOf('/')));
      if (!Files.isDirectory(host.resolved(parent))) {
        HostFiles.createDirectories(host, parent, 0744);
      }
      // one writer at a time: two steps of a stage may put variables into the same file
      context.files().lock();
      try {
        DotEnv old = DotEnv.parse(HostFiles.read(host, file).orElse(""));
        HostFiles.write(host, file, old.merged(rendered).render(), 0644);
      } finally {
        context.files().unlock();
      }
    }
  }

  @Override
  public List<String> keys() {
    return List.of("environment_file", "environment");
  }

  @Override
  public Optional<Work> read(Section step) {
    String file =
        HostFiles.normalized(
            step.text("environment_file", "file of the variables")
                .optional()
                .filter(text -> !text.isEmpty())
                .orElse("/etc/environment"));
    return step.textMap("environment", "variables; values are templates")
        .optional()
        .filter(map -> !map.isEmpty())
        .map(values -> new Variables(values, file));
  }
}
