package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.host.Command;
import io.kairos.stages.StepContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code modules}: loads kernel modules with modprobe, each {@code NAME PARAMETER…}. */
final class ModulesAction implements Action {
  private record Modules(List<String> lines) implements Work {
    @Override
    public String summary() {
      return "modules: " + lines.size();
    }

    @Override
    public void perform(StepContext context) {
      String loaded = HostFiles.read(context.host(), "/proc/modules").orElse("");
      List<String> wanted = new ArrayList<>();
      for (String line : lines) {
        String name = line.strip();
        boolean isLoaded = loaded.startsWith(name + " ") || loaded.contains("\n" + name + " ");
        if (!name.isEmpty() && !isLoaded) {
          wanted.add(name);
        }
      }
      context.each(
          wanted,
          line -> {
            List<String> words = new ArrayList<>(List.of("modprobe"));
            words.addAll(Arrays.asList(line.split("\\s+")));
            context.host().run(Command.of(words));
          });
    }
  }

  @Override
  public List<String> keys() {
    return List.of("modules");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.texts("modules", "kernel modules with their parameters")
        .optional()
        .filter(list -> !list.isEmpty())
        .map(Modules::new);
  }
}
