package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.host.Command;
import io.kairos.stages.StepContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code systemd_firstboot}: options of systemd-firstboot, run once. */
final class SystemdFirstbootAction implements Action {
  private record Options(Map<String, String> values) implements Work {
    @Override
    public String summary() {
      return "systemd_firstboot: " + values.size();
    }

    @Override
    public void perform(StepContext context) {
      List<String> options = new ArrayList<>();
      values.forEach(
          (key, value) -> {
            String option = "--" + key.toLowerCase(Locale.ROOT);
            options.add(value.equals("true") ? option : option + "=" + value);
          });
      options.sort(null);
      options.addFirst("systemd-firstboot");
      context.host().run(Command.of(options));
    }
  }

  @Override
  public List<String> keys() {
    return List.of("systemd_firstboot");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.textMap("systemd_firstboot", "options of systemd-firstboot")
        .optional()
        .filter(map -> !map.isEmpty())
        .map(Options::new);
  }
}
