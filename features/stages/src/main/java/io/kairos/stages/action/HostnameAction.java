package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.config.SystemFacts;
import io.kairos.formats.gotemplate.GoTemplate;
import io.kairos.host.Host;
import io.kairos.stages.StepContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** {@code hostname}: names the machine; the name is a template of its own kind. */
final class HostnameAction implements Action {
  private record Naming(String template) implements Work {
    @Override
    public String summary() {
      return "hostname";
    }

    @Override
    public void perform(StepContext context) {
      Host host = context.host();
      String name = name(context);
      List<Runnable> parts =
          List.of(
              () -> host.kernel().setHostname(name),
              () -> HostFiles.write(host, "/etc/hostname", name + "\n", 0644),
              () -> rewriteHosts(host, name));
      context.each(parts, Runnable::run);
    }

    private String name(StepContext context) {
      if (!GoTemplate.isTemplate(template)) {
        return template.strip();
      }
      Map<String, Object> data =
          Map.of(
              "UUID", (Supplier<Object>) () -> UUID.randomUUID().toString(),
              "Random", (Supplier<Object>) SystemFacts::random,
              "MachineID", (Supplier<Object>) () -> context.facts().machineId(),
              "ProtectedID", (Supplier<Object>) context::protectedId);
      return GoTemplate.parse(template).render(data, GoTemplate.MissingKey.NO_VALUE).strip();
    }
  }

  @Override
  public List<String> keys() {
    return List.of("hostname");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.text("hostname", "name of the machine; a template")
        .optional()
        .filter(name -> !name.isEmpty())
        .map(Naming::new);
  }

  /** The line of 127.0.0.1, if there is one, gets the name; a missing file is made. */
  private static void rewriteHosts(Host host, String name) {
    String text = HostFiles.read(host, "/etc/hosts").orElse("127.0.0.1\n::1 localhost\n");
    var out = new StringBuilder();
    for (String line : text.split("\n")) {
      String trimmed = line.strip();
      boolean isLoopback = trimmed.split("\\s", 2)[0].equals("127.0.0.1");
      out.append(isLoopback ? "127.0.0.1 localhost " + name : trimmed).append('\n');
    }
    HostFiles.write(host, "/etc/hosts", out.toString(), HostFiles.mode(host, "/etc/hosts", 0644));
  }
}
