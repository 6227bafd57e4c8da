package io.kairos.agent.state;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.boot.BootState;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.formats.osrelease.KairosRelease;
import io.kairos.formats.osrelease.OsRelease;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.storage.BlockDevices;
import io.kairos.storage.Disk;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The state document: what a node is, where its partitions are, how it was booted. Keys and words
 * are those that scripts ask for.
 *
 * @param tree maps, lists, texts, numbers and booleans, as they would be in JSON
 */
public record NodeState(Map<String, Object> tree) {
  /** Interfaces of containers and tunnels, which nobody reaches the node by. */
  private static final Pattern INNER_INTERFACE =
      Pattern.compile(
          "(docker|cni|veth|cali|flannel|cilium|kube|nodelocaldns|br-|virbr|ovs-|lxcbr|lxdbr|tunl"
              + "|wg|tailscale|zt|dummy).*");

  private static final List<String> PARTITIONS = List.of("persistent", "recovery", "oem", "state");

  public static NodeState observe(Host host) {
    return new Observer(host).observe();
  }

  /**
   * What {@code state get QUERY} prints.
   *
   * @param query a jq path without its leading dot: {@code oem.found}, {@code addresses[0].type};
   *     empty for everything
   */
  public String get(String query) {
    return GoText.of(at(tree, query.strip().replaceFirst("^\\.", "")));
  }

  private static Object at(Object node, String path) {
    if (node == null || path.isEmpty()) {
      return node;
    }
    if (path.startsWith("[")) {
      int end = path.indexOf(']');
      if (end < 0 || !(node instanceof List<?> list)) {
        throw new IllegalArgumentException("cannot ask a " + kind(node) + " for " + path);
      }
      int index = Integer.parseInt(path.substring(1, end));
      return at(index < list.size() ? list.get(index) : null, afterDot(path.substring(end + 1)));
    }
    int end = 0;
    while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
      end++;
    }
    if (!(node instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException(
          "cannot ask a " + kind(node) + " for \"" + path.substring(0, end) + "\"");
    }
    return at(map.get(path.substring(0, end)), afterDot(path.substring(end)));
  }

  private static String afterDot(String path) {
    return path.startsWith(".") ? path.substring(1) : path;
  }

  private static String kind(Object node) {
    return switch (node) {
      case String _ -> "text";
      case Boolean _ -> "boolean";
      case List<?> _ -> "list";
      case Map<?, ?> _ -> "map";
      default -> "number";
    };
  }

  private static final class Observer {
    private final Host host;
    private final BlockDevices devices;

    Observer(Host host) {
      this.host = host;
      this.devices = BlockDevices.observe(host);
    }

    NodeState observe() {
      Map<String, Object> state = new LinkedHashMap<>();
      String hostname = text("/proc/sys/kernel/hostname").orElse("");
      state.put("uuid", uuid(hostname));
      for (String name : PARTITIONS) {
        state.put(name, partition("COS_" + name.toUpperCase(java.util.Locale.ROOT)));
      }
      state.put("encrypted_partitions", encrypted());
      state.put("boot", BootState.observe(host).word());
      state.put("in_ram", BootState.isInRam(text("/proc/cmdline").orElse("")));
      state.put("system", system(hostname));
      state.put("addresses", addresses(hostname));
      state.put("kairos", kairos());
      return new NodeState(state);
    }

    private String uuid(String hostname) {
      return Optional.ofNullable(System.getenv("UUID"))
          .filter(uuid -> !uuid.isEmpty())
          .orElseGet(() -> text("/etc/machine-id").orElse("") + "-" + hostname);
    }

    private Map<String, Object> partition(String label) {
      Map<String, Object> state = new LinkedHashMap<>();
      Optional<Disk.Partition> partition = devices.partitionLabelled(label);
      Optional<Kernel.MountEntry> mount = partition.flatMap(this::mount);
      state.put("mounted", mount.isPresent());
      state.put("name", partition.map(found -> found.device().toString()).orElse(""));
      state.put("label", partition.flatMap(Disk.Partition::partLabel).orElse(""));
      state.put("filesystemlabel", partition.isPresent() ? label : "");
      state.put("mount_point", mount.map(entry -> entry.target().toString()).orElse(""));
      state.put("size_bytes", partition.map(Disk.Partition::size).orElse(Bytes.ZERO).count());
      state.put(
          "type", partition.flatMap(Disk.Partition::content).map(Superblock::type).orElse(""));
      state.put("read_only", mount.map(Kernel.MountEntry::isReadOnly).orElse(false));
      state.put("found", partition.isPresent());
      state.put("uuid", partition.flatMap(Disk.Partition::partUuid).orElse(""));
      return state;
    }

    private Optional<Kernel.MountEntry> mount(Disk.Partition partition) {
      Optional<Path> target =
          partition.uses().stream().flatMap(use -> use.mountedAt().stream()).findFirst();
      return target.flatMap(
          at ->
              host.kernel().mounts().stream()
                  .filter(entry -> entry.target().equals(at))
                  .findFirst());
    }

    /** LUKS partitions whose mapping, named after the partition, is open. */
    private Map<String, Object> encrypted() {
      Map<String, Object> byLabel = new TreeMap<>();
      Map<String, Object> byDevice = new TreeMap<>();
      for (Disk disk : devices.disks()) {
        for (Disk.Partition partition : disk.partitions()) {
          boolean isOpen =
              partition.content().filter(c -> c.type().equals("crypto_LUKS")).isPresent()
                  && Files.exists(host.path("/dev/mapper/" + partition.name()));
          if (isOpen) {
            byDevice.put(partition.device().toString(), true);
            partition.partLabel().ifPresent(label -> byLabel.put(label, true));
          }
        }
      }
      return ordered("by_label", byLabel, "by_device", byDevice);
    }

    private Map<String, Object> system(String hostname) {
      OsRelease os = release(KairosRelease.OS_FILE).orElse(new OsRelease(Map.of()));
      Map<String, Object> system = new LinkedHashMap<>();
      system.put(
          "node", ordered("hostname", hostname, "machineid", text("/etc/machine-id").orElse("")));
      system.put(
          "os",
          ordered(
              "name", os.find("PRETTY_NAME").orElse(""),
              "vendor", os.find("ID").orElse(""),
              "version", os.find("VERSION_ID").orElse(""),
              "architecture", System.getProperty("os.arch")));
      system.put("kernel", ordered("release", text("/proc/sys/kernel/osrelease").orElse("")));
      system.put("product", dmi("product", "name", "version", "serial"));
      system.put("board", dmi("board", "name", "vendor", "version"));
      system.put("chassis", dmi("chassis", "type", "vendor", "version"));
      system.put("bios", dmi("bios", "vendor", "version", "date"));
      system.put(
          "cpu",
          ordered(
              "model",
              firstMatch("/proc/cpuinfo", "model name"),
              "threads",
              (long) Runtime.getRuntime().availableProcessors()));
      system.put("memory", ordered("size", kilobytes(firstMatch("/proc/meminfo", "MemTotal"))));
      List<Object> storage = new ArrayList<>();
      for (Disk disk : devices.disks()) {
        storage.add(
            ordered(
                "name", disk.name(),
                "size", disk.size().toMib() / 1024,
                "model", disk.model().orElse("")));
      }
      system.put("storage", storage);
      return system;
    }

    private Map<String, Object> dmi(String what, String... fields) {
      Map<String, Object> facts = new LinkedHashMap<>();
      for (String field : fields) {
        text("/sys/class/dmi/id/" + what + "_" + field).ifPresent(value -> facts.put(field, value));
      }
      return facts;
    }

    private String firstMatch(String file, String key) {
      return text(file)
          .orElse("")
          .lines()
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    }

    /** MiB, as the inventory has always counted memory. */
    private static long kilobytes(String text) {
      String digits = text.replaceAll("[^0-9]", "");
      return digits.isEmpty() ? 0 : Long.parseLong(digits) / 1024;
    }

    private static List<Object> addresses(String hostname) {
      var texts = new TreeSet<String>();
      try {
        for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
          if (device.isUp()
              && !device.isLoopback()
              && !INNER_INTERFACE.matcher(device.getName()).matches()) {
            device
                .inetAddresses()
                .filter(Observer::isGlobalUnicast)
                .forEach(address -> texts.add(address.getHostAddress().replaceAll("%.*", "")));
          }
        }
      } catch (SocketException e) {
        throw new HostFailure("cannot list the network interfaces", e);
      }
      List<Object> addresses = new ArrayList<>();
      texts.forEach(text -> addresses.add(ordered("type", "InternalIP", "address", text)));
      addresses.add(ordered("type", "Hostname", "address", hostname));
      return addresses;
    }

    private static boolean isGlobalUnicast(InetAddress address) {
      return !address.isLoopbackAddress()
          && !address.isLinkLocalAddress()
          && !address.isMulticastAddress()
          && !address.isAnyLocalAddress()
          && (address instanceof Inet4Address || !address.isSiteLocalAddress());
    }

    private Map<String, Object> kairos() {
      var release =
          new KairosRelease(release(KairosRelease.KAIROS_FILE), release(KairosRelease.OS_FILE));
      return ordered(
          "flavor", release.find("FLAVOR").orElse(""),
          "version", release.find("VERSION").orElse(""),
          "init", init(),
          "secureboot", isSecureBoot());
    }

    private String init() {
      if (Files.isDirectory(host.path("/run/systemd/system"))) {
        return "systemd";
      }
      return Files.exists(host.path("/run/openrc")) ? "openrc" : "unknown";
    }

    /** Four octets of attributes, then one that is 1 (UEFI 2.10, 3.3). */
    private boolean isSecureBoot() {
      Path variable =
          host.path("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
      try {
        byte[] value = Files.readAllBytes(variable);
        return value.length == 5 && value[4] == 1;
      } catch (IOException e) {
        return false; // no EFI
      }
    }

    private Optional<OsRelease> release(String file) {
      try {
        return text(file).map(content -> OsRelease.parse(file, content));
      } catch (InvalidConfig e) {
        return Optional.empty(); // the document tells what it can
      }
    }

    private Optional<String> text(String file) {
      try {
        return Optional.of(Files.readString(host.resolved(file)).strip());
      } catch (IOException e) {
        return Optional.empty();
      }
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
      Map<String, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < keysAndValues.length; i += 2) {
        map.put((String) keysAndValues[i], keysAndValues[i + 1]);
      }
      return map;
    }
  }
}
