package io.kairos.stages.action;

import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.stages.StepContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code sysctl}: sets kernel parameters until the next boot. */
final class SysctlAction implements Action {
  private record Parameters(Map<String, String> values) implements Work {
    @Override
    public String summary() {
      return "sysctl: " + values.size();
    }

    @Override
    public void perform(StepContext context) {
      context.each(
          values.entrySet(),
          entry -> {
            Path file = context.host().resolved("/proc/sys/" + entry.getKey().replace('.', '/'));
            try {
              Files.writeString(file, entry.getValue(), StandardOpenOption.WRITE);
            } catch (IOException e) {
              throw new HostFailure("cannot set the kernel parameter " + entry.getKey(), e);
            }
          });
    }
  }

  @Override
  public List<String> keys() {
    return List.of("sysctl");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.textMap("sysctl", "kernel parameters")
        .optional()
        .filter(map -> !map.isEmpty())
        .map(Parameters::new);
  }
}
