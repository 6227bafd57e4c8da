package io.kairos.stages.condition;

import io.kairos.host.Host;
import io.kairos.stages.StepContext;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code only_service_manager}: the system has this one and not the other. */
record ServiceManagerCondition(String name) implements Condition {
  private static final List<String> PLACES = List.of("/sbin/", "/bin/", "/usr/sbin/", "/usr/bin/");

  @Override
  public Optional<String> obstacle(StepContext context) {
    String wanted = name.toLowerCase(Locale.ROOT);
    if (!wanted.equals("systemd") && !wanted.equals("openrc")) {
      return Optional.of("only_service_manager: '" + name + "' is neither systemd nor openrc");
    }
    boolean systemd = has(context.host(), "systemctl");
    boolean openrc = has(context.host(), "openrc");
    if (systemd && openrc) {
      return Optional.of("only_service_manager: both are here, can't filter by service manager");
    }
    return (wanted.equals("systemd") ? systemd : openrc)
        ? Optional.empty()
        : Optional.of("only_service_manager: this system does not have " + wanted);
  }

  private static boolean has(Host host, String program) {
    return PLACES.stream().anyMatch(place -> Files.exists(host.resolved(place + program)));
  }

  @Override
  public String described() {
    return "only_service_manager: " + name;
  }
}
