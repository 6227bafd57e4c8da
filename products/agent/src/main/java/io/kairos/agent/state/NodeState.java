package io.kairos.agent.state;

import io.kairos.base.Bytes;
import io.kairos.base.InvalidConfig;
import io.kairos.boot.BootState;
import io.kairos.boot.Slot;
import io.kairos.boot.SystemRecord;
import io.kairos.boot.SystemRecords;
import io.kairos.config.SystemFacts;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.formats.gofmt.GoText;
import io.kairos.formats.jq.Jq;
import io.kairos.formats.osrelease.KairosRelease;
import io.kairos.formats.osrelease.OsRelease;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.storage.BlockDevices;
import io.kairos.storage.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The state document: what a node is, where its partitions are, how it was booted. Keys and words
 * are those that scripts ask for.
 *
 * @param tree maps, lists, texts, numbers and booleans, as they would be in JSON; a {@link
 *     Supplier} is asked when somebody wants its part
 */
public record NodeState(Map<String, Object> tree) {
  private static final List<String> PARTITIONS = List.of("persistent", "recovery", "oem", "state");

  public static NodeState observe(Host host) {
    return new Observer(host).observe();
  }

  /** The tree with everything in it computed. */
  public Map<String, Object> whole() {
    Map<String, Object> whole = new LinkedHashMap<>();
    tree.forEach((key, value) -> whole.put(key, computed(value)));
    return whole;
  }

  private static Object computed(Object value) {
    return switch (value) {
      case Supplier<?> lazy -> computed(lazy.get());
      case Map<?, ?> map -> {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, item) -> copy.put((String) key, computed(item)));
        yield copy;
      }
      case List<?> list -> list.stream().map(NodeState::computed).toList();
      case null, default -> value;
    };
  }

  /**
   * What {@code state get QUERY} prints: the results of a jq query one behind the other, as Go's
   * fmt prints them, because scripts compare with these texts.
   *
   * @param query a path without its dot, {@code oem.found} or {@code addresses[0].type}, or a whole
   *     query; empty for everything
   * @throws InvalidConfig when it is no query, or asks a value for what it does not have
   */
  public String get(String query) {
    return Jq.ofPath(query).run(tree).stream().map(GoText::ofJson).collect(Collectors.joining());
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
        state.put(name, partition("COS_" + name.toUpperCase(Locale.ROOT)));
      }
      state.put("encrypted_partitions", encrypted());
      state.put("boot", BootState.observe(host).word());
      state.put("in_ram", BootState.isInRam(text("/proc/cmdline").orElse("")));
      state.put("system", system());
      state.put("addresses", (Supplier<Object>) () -> NodeAddresses.observe().listed(hostname));
      state.put("kairos", kairos());
      state.put("slots", (Supplier<Object>) this::slots);
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

    /** What templates know about the machine, without what differs with each look. */
    private Map<String, Object> system() {
      Map<String, Object> system = new LinkedHashMap<>(new SystemFacts(host).values("kairos"));
      system.remove("Random");
      system.remove("ProtectedID");
      return system;
    }

    private Map<String, Object> kairos() {
      var release =
          new KairosRelease(release(KairosRelease.KAIROS_FILE), release(KairosRelease.OS_FILE));
      return ordered(
          "flavor", release.find("FLAVOR").orElse(""),
          "version", release.find("VERSION").orElse(""),
          "init", init(),
          "secureboot", isSecureBoot(),
          "eficerts", (Supplier<Object>) () -> EfiCertificates.observe(host));
    }

    /** What is known of the systems in the slots that can be read here. */
    private Map<String, Object> slots() {
      Map<String, Object> slots = new LinkedHashMap<>();
      for (Slot slot : Slot.values()) {
        String label = slot == Slot.RECOVERY ? "COS_RECOVERY" : "COS_STATE";
        Optional<SystemRecord> record =
            devices
                .partitionLabelled(label)
                .flatMap(this::mount)
                .map(entry -> entry.target().resolve(Slot.FOLDER))
                .flatMap(images -> new SystemRecords(host.kernel(), images).of(slot.file()));
        slots.put(
            slot.name().toLowerCase(Locale.ROOT),
            record.map(SystemRecords::fields).orElse(Map.of()));
      }
      return slots;
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
