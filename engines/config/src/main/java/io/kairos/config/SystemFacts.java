package io.kairos.config;

import io.kairos.host.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What templates and conditions can know about the machine. Each group is read when it is first
 * asked for; a fact that the machine does not tell is absent. Safe for concurrent use.
 */
public final class SystemFacts {
  private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

  private final Host host;
  private final Map<String, String> osRelease = new LinkedHashMap<>();
  private boolean hasReadOsRelease;

  public SystemFacts(Host host) {
    this.host = host;
  }

  /**
   * The tree {@code .Values} of templates.
   *
   * @param application names who asks; the protected id depends on it
   */
  public Map<String, Object> values(String application) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("node", once(this::node));
    values.put("os", once(this::os));
    values.put("kernel", once(this::kernel));
    values.put("product", once(this::product));
    values.put("board", once(() -> dmi("board", "name", "vendor", "version", "serial")));
    values.put("chassis", once(() -> dmi("chassis", "type", "vendor", "version", "serial")));
    values.put("bios", once(() -> dmi("bios", "vendor", "version", "date")));
    values.put("cpu", once(this::cpu));
    values.put("memory", once(this::memory));
    values.put("storage", once(this::storage));
    values.put("network", once(this::network));
    values.put("Random", (Supplier<Object>) SystemFacts::random);
    values.put("ProtectedID", (Supplier<Object>) () -> protectedId(application));
    return values;
  }

  private static Supplier<Object> once(Supplier<?> compute) {
    return new Supplier<>() {
      private Object value;

      @Override
      public synchronized Object get() {
        if (value == null) {
          value = compute.get();
        }
        return value;
      }
    };
  }

  /** Pretty name of the system: what {@code only_os} is matched with. */
  public Optional<String> osName() {
    return release("PRETTY_NAME");
  }

  /** Version of the system: what {@code only_os_version} is matched with. */
  public Optional<String> osVersion() {
    return release("VERSION_ID");
  }

  /** The system's id, such as {@code debian}. */
  public Optional<String> osId() {
    return release("ID");
  }

  /** Ids of systems that this one is like, with spaces between. */
  public Optional<String> osLike() {
    return release("ID_LIKE");
  }

  public String hostname() {
    return line("/proc/sys/kernel/hostname").orElse("");
  }

  /** The architecture as Go spells it: {@code amd64}, {@code arm64}. */
  public static String architecture() {
    return switch (System.getProperty("os.arch")) {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      case String other -> other;
    };
  }

  /** Empty when the machine has none yet. */
  public String machineId() {
    return line("/var/lib/dbus/machine-id").or(() -> line("/etc/machine-id")).orElse("");
  }

  /** 32 characters that differ with each call. */
  public static String random() {
    var random = new SecureRandom();
    var text = new StringBuilder();
    for (int i = 0; i < 32; i++) {
      text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return text.toString();
  }

  /** The machine's id, hidden behind the name of an application. */
  public String protectedId(String application) {
    String id = machineId();
    if (id.isEmpty()) {
      return "";
    }
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(id.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(application.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, Object> node() {
    Map<String, Object> facts = new LinkedHashMap<>();
    put(facts, "hostname", Optional.of(hostname()));
    put(facts, "machineid", Optional.of(machineId()));
    put(facts, "timezone", line("/etc/timezone"));
    hypervisor().ifPresent(name -> facts.put("hypervisor", name));
    return facts;
  }

  private Optional<String> hypervisor() {
    boolean virtual = content("/proc/cpuinfo").contains(" hypervisor");
    String product = line("/sys/class/dmi/id/sys_vendor").orElse("");
    if (!virtual && !product.contains("QEMU")) {
      return Optional.empty();
    }
    return Optional.of(
        switch (product) {
          case "VMware, Inc." -> "vmware";
          case "Microsoft Corporation" -> "hyperv";
          case "Xen" -> "xenhvm";
          case "BHYVE" -> "bhyve";
          case "Parallels Software International Inc." -> "parallels";
          case "Bochs" -> "bochs";
          case "QEMU" -> "kvm";
          default -> "unknown";
        });
  }

  private Map<String, Object> os() {
    Map<String, Object> facts = new LinkedHashMap<>();
    put(facts, "name", osName());
    put(facts, "vendor", osId());
    put(facts, "version", osVersion());
    put(facts, "release", release("VERSION"));
    if (Files.exists(host.resolved("/lib64/ld-linux-x86-64.so.2"))) {
      facts.put("architecture", "amd64");
    } else if (Files.exists(host.resolved("/lib/ld-linux.so.2"))) {
      facts.put("architecture", "i386");
    }
    return facts;
  }

  private Map<String, Object> kernel() {
    Map<String, Object> facts = new LinkedHashMap<>();
    put(facts, "release", line("/proc/sys/kernel/osrelease"));
    put(facts, "version", line("/proc/sys/kernel/version"));
    put(facts, "architecture", line("/proc/sys/kernel/arch"));
    return facts;
  }

  private Map<String, Object> product() {
    Map<String, Object> facts = new LinkedHashMap<>();
    put(
        facts,
        "name",
        line("/sys/class/dmi/id/product_name").or(() -> line("/proc/device-tree/model")));
    put(facts, "vendor", line("/sys/class/dmi/id/sys_vendor"));
    put(facts, "version", line("/sys/class/dmi/id/product_version"));
    put(
        facts,
        "serial",
        line("/sys/class/dmi/id/product_serial").or(() -> line("/proc/device-tree/serial-number")));
    put(facts, "sku", line("/sys/class/dmi/id/product_sku"));
    facts.put(
        "uuid",
        line("/sys/class/dmi/id/product_uuid").orElse("00000000-0000-0000-0000-000000000000"));
    return facts;
  }

  private Map<String, Object> dmi(String group, String... names) {
    Map<String, Object> facts = new LinkedHashMap<>();
    for (String name : names) {
      put(facts, name, line("/sys/class/dmi/id/" + group + "_" + name));
    }
    if (group.equals("board") || group.equals("chassis")) {
      put(facts, "assettag", line("/sys/class/dmi/id/" + group + "_asset_tag"));
    }
    return facts;
  }

  private Map<String, Object> cpu() {
    var packages = new TreeSet<String>();
    var cores = new TreeSet<String>();
    long threads = 0;
    String physical = "0";
    Map<String, Object> facts = new LinkedHashMap<>();
    for (String line : content("/proc/cpuinfo").split("\n")) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        continue;
      }
      String value = line.substring(colon + 1).strip();
      switch (line.substring(0, colon).strip()) {
        case "processor" -> threads++;
        case "physical id" -> {
          physical = value;
          packages.add(value);
        }
        case "core id" -> cores.add(physical + "/" + value);
        case "vendor_id" -> facts.putIfAbsent("vendor", value);
        case "model name" -> facts.putIfAbsent("model", value);
        default -> {}
      }
    }
    facts.put("cpus", (double) Math.max(1, packages.size()));
    facts.put("cores", (double) Math.max(1, cores.size()));
    facts.put("threads", (double) Math.max(1, threads));
    return facts;
  }

  /** Without SMBIOS tables only the size is known, and that less what the firmware keeps. */
  private Map<String, Object> memory() {
    Map<String, Object> facts = new LinkedHashMap<>();
    for (String line : content("/proc/meminfo").split("\n")) {
      if (line.startsWith("MemTotal:")) {
        String kib = line.substring("MemTotal:".length()).strip().split(" ")[0];
        facts.put("size", Math.ceil(Double.parseDouble(kib) / 1024));
      }
    }
    return facts;
  }

  private List<Object> storage() {
    List<Object> disks = new ArrayList<>();
    for (String name : names("/sys/block")) {
      Path device = host.path("/sys/block/" + name);
      if (link(device).contains("/virtual/")) {
        continue;
      }
      Map<String, Object> disk = new LinkedHashMap<>();
      disk.put("name", name);
      put(disk, "vendor", line("/sys/block/" + name + "/device/vendor"));
      put(disk, "model", line("/sys/block/" + name + "/device/model"));
      put(disk, "serial", line("/sys/block/" + name + "/device/serial"));
      line("/sys/block/" + name + "/size")
          .ifPresent(sectors -> disk.put("size", gigabytes(sectors)));
      disks.add(disk);
    }
    return disks;
  }

  private static double gigabytes(String sectors) {
    return Math.floor(Double.parseDouble(sectors) * 512 / 1e9);
  }

  private List<Object> network() {
    List<Object> cards = new ArrayList<>();
    for (String name : names("/sys/class/net")) {
      if (link(host.path("/sys/class/net/" + name)).contains("/virtual/")) {
        continue;
      }
      Map<String, Object> card = new LinkedHashMap<>();
      card.put("name", name);
      put(card, "macaddress", line("/sys/class/net/" + name + "/address"));
      cards.add(card);
    }
    return cards;
  }

  private List<String> names(String directory) {
    List<String> names = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(host.resolved(directory))) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (IOException absent) {
      return List.of();
    }
    names.sort(null);
    return names;
  }

  private static String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException notALink) {
      return "";
    }
  }

  private synchronized Optional<String> release(String key) {
    if (!hasReadOsRelease) {
      hasReadOsRelease = true;
      String text = content("/etc/os-release");
      for (String line : (text.isEmpty() ? content("/usr/lib/os-release") : text).split("\n")) {
        int equals = line.indexOf('=');
        if (equals > 0 && !line.startsWith("#")) {
          osRelease.put(line.substring(0, equals), unquoted(line.substring(equals + 1).strip()));
        }
      }
    }
    return Optional.ofNullable(osRelease.get(key)).filter(value -> !value.isEmpty());
  }

  private static String unquoted(String value) {
    boolean quoted =
        value.length() > 1
            && (value.charAt(0) == '"' || value.charAt(0) == '\'')
            && value.charAt(0) == value.charAt(value.length() - 1);
    return quoted ? value.substring(1, value.length() - 1) : value;
  }

  private static void put(Map<String, Object> facts, String key, Optional<String> value) {
    value.filter(text -> !text.isEmpty()).ifPresent(text -> facts.put(key, text));
  }

  private Optional<String> line(String path) {
    String text = content(path).replace("\0", "").strip();
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private String content(String path) {
    try {
      return new String(Files.readAllBytes(host.resolved(path)), StandardCharsets.UTF_8);
    } catch (IOException absent) {
      return "";
    }
  }
}
