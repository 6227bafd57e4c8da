package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.host.Command;
import io.kairos.stages.StepContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code systemctl}: enables, disables, masks and starts units, and overrides their settings. */
final class SystemctlAction implements Action {
  private static final List<String> UNITS =
      List.of(
          ".service",
          ".timer",
          ".socket",
          ".mount",
          ".automount",
          ".path",
          ".slice",
          ".scope",
          ".swap",
          ".target",
          ".device");

  private record DropIn(String service, String content, String name) {
    static DropIn read(Section override) {
      return new DropIn(
          override.text("service", "unit to override").orElse(""),
          override.text("content", "text of the drop-in").orElse(""),
          override.text("name", "file name of the drop-in").orElse("override-yip.conf"));
    }

    String path() {
      String unit = UNITS.stream().anyMatch(service::endsWith) ? service : service + ".service";
      String file = name.endsWith(".conf") ? name : name + ".conf";
      return "/etc/systemd/system/" + unit + ".d/" + file;
    }
  }

  private record Units(
      List<String> enable,
      List<String> disable,
      List<String> mask,
      List<String> start,
      List<DropIn> overrides)
      implements Work {
    static Units read(Section systemctl) {
      return new Units(
          systemctl.texts("enable", "units to enable").orElse(List.of()),
          systemctl.texts("disable", "units to disable").orElse(List.of()),
          systemctl.texts("mask", "units to mask").orElse(List.of()),
          systemctl.texts("start", "units to start").orElse(List.of()),
          systemctl.sections("overrides", "drop-ins of units", DropIn::read).orElse(List.of()));
    }

    @Override
    public String summary() {
      int units = enable.size() + disable.size() + mask.size() + start.size();
      return "systemctl: " + (units + overrides.size());
    }

    @Override
    public void perform(StepContext context) {
      List<Runnable> parts = new ArrayList<>();
      add(parts, context, "enable", enable);
      add(parts, context, "disable", disable);
      add(parts, context, "mask", mask);
      add(parts, context, "start", start);
      overrides.forEach(override -> parts.add(() -> write(context, override)));
      context.each(parts, Runnable::run);
    }

    private static void add(
        List<Runnable> parts, StepContext context, String verb, List<String> units) {
      for (String unit : units) {
        parts.add(
            () ->
                context
                    .host()
                    .run(Command.of("systemctl", verb, unit).within(Duration.ofMinutes(5))));
      }
    }

    private static void write(StepContext context, DropIn override) {
      if (override.service.isEmpty() || override.content.isEmpty()) {
        context.log().warn("skipped an override of systemctl without a service or content");
        return;
      }
      HostFiles.createParents(context.host(), override.path());
      HostFiles.write(context.host(), override.path(), override.content, 0644);
    }
  }

  @Override
  public List<String> keys() {
    return List.of("systemctl");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.section("systemctl", "units of systemd", Units::read)
        .optional()
        .map(units -> units);
  }
}
