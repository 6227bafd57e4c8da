package io.kairos.agent.phonehome;

import io.kairos.agent.state.NodeAddresses;
import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.boot.BootState;
import io.kairos.formats.osrelease.KairosRelease;
import io.kairos.formats.osrelease.OsRelease;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a node tells its fleet server about itself, in the server's words. */
final class NodeReport {
  private static final Pattern TOTAL = Pattern.compile("(?m)^MemTotal:\\s+([0-9]+ kB)$");

  private final Host host;
  private final FleetSettings settings;
  private final String agentVersion;
  private final String bootState;
  private final Map<String, String> system;

  /** Looks once at what stays the same until the next boot. */
  NodeReport(Host host, FleetSettings settings, String agentVersion) {
    this.host = host;
    this.settings = settings;
    this.agentVersion = agentVersion;
    this.bootState = word(BootState.observe(host));
    this.system = system();
  }

  /** Who this node is, for a server that does not know it. */
  Map<String, Object> registration() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("machineID", text("/etc/machine-id").filter(id -> !id.isEmpty()).orElse("unknown"));
    report.put("hostname", hostname());
    report.put(
        "registrationToken",
        settings
            .token()
            .map(token -> new String(token.reveal(), StandardCharsets.UTF_8))
            .orElse(""));
    settings.group().ifPresent(group -> report.put("group", group));
    if (!settings.labels().isEmpty()) {
      report.put("labels", settings.labels());
    }
    report.put("addresses", addresses());
    report.put("bootState", bootState);
    return report;
  }

  Map<String, Object> heartbeat() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("agentVersion", agentVersion);
    report.put("osRelease", system);
    report.put("labels", settings.labels());
    report.put("addresses", addresses());
    report.put("bootState", bootState);
    return report;
  }

  /** What is unknown never counts as a node that is well. */
  static String word(BootState state) {
    return switch (state) {
      case ACTIVE -> "active";
      case PASSIVE -> "passive";
      case RECOVERY -> "recovery";
      case AUTORESET -> "autoreset";
      case LIVE -> "livecd";
      case UNKNOWN -> "unknown";
    };
  }

  private List<Map<String, Object>> addresses() {
    return NodeAddresses.observe().listed(hostname());
  }

  private String hostname() {
    return text("/proc/sys/kernel/hostname").orElse("");
  }

  private Map<String, String> system() {
    Map<String, String> facts = new LinkedHashMap<>();
    for (String file : List.of(KairosRelease.OS_FILE, KairosRelease.KAIROS_FILE)) {
      release(file).ifPresent(release -> facts.putAll(release.values()));
    }
    text("/proc/sys/kernel/osrelease").ifPresent(kernel -> facts.put("KERNEL", kernel));
    facts.put("ARCH", System.getProperty("os.arch"));
    memory().ifPresent(total -> facts.put("MEM_TOTAL", total));
    facts.put("CPU_COUNT", Integer.toString(Runtime.getRuntime().availableProcessors()));
    return facts;
  }

  private Optional<OsRelease> release(String file) {
    try {
      return text(file).map(text -> OsRelease.parse(file, text));
    } catch (InvalidConfig unreadable) {
      return Optional.empty(); // a report says what it can
    }
  }

  private Optional<String> memory() {
    Matcher total = TOTAL.matcher(text("/proc/meminfo").orElse(""));
    return total.find() ? Optional.of(total.group(1)) : Optional.empty();
  }

  private Optional<String> text(String absolute) {
    Path file = host.resolved(absolute);
    try {
      return Files.isRegularFile(file)
          ? Optional.of(Files.readString(file).strip())
          : Optional.empty();
    } catch (IOException e) {
      throw new HostFailure("cannot read " + absolute, e);
    }
  }
}
