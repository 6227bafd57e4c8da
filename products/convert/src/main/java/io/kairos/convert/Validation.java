package io.kairos.convert;

import io.kairos.base.KairosException;
import io.kairos.formats.osrelease.KairosRelease;
import io.kairos.formats.osrelease.OsRelease;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says, item by item, whether a root is a Kairos image. What is expected is data in {@code
 * acceptance.yaml}; a few facts need code.
 */
public final class Validation {
  private static final List<String> SEARCH_PATH = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");
  private static final List<String> UNIT_PATH =
      List.of("/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system");

  private final Host root;
  private final YamlMap expected = Resources.yaml("acceptance.yaml");
  private final Optional<Set<String>> initramfs;
  private final Set<String> mounted;
  private final List<Finding> findings = new ArrayList<>();

  private Validation(Host root, Optional<Set<String>> initramfs, Set<String> mounted) {
    this.root = root;
    this.initramfs = initramfs;
    this.mounted = mounted;
  }

  /** How an item fares. */
  public enum Verdict {
    OK,
    FAIL,
    /** Could not be looked at; the detail says why. */
    SKIPPED
  }

  /**
   * One item.
   *
   * @param item what is checked, stable for programs
   * @param detail what was found, or what is wrong
   */
  public record Finding(String item, Verdict verdict, String detail) {
    /** For people: {@code FAIL kernel: no kernel in /usr/lib/modules}. */
    public String render() {
      String word = verdict == Verdict.OK ? "ok" : verdict.name();
      return "%-7s %s: %s".formatted(word, item, detail);
    }

    /** For programs. */
    public Map<String, String> fields() {
      var fields = new LinkedHashMap<String, String>();
      fields.put("item", item);
      fields.put("verdict", verdict.name().toLowerCase(java.util.Locale.ROOT));
      fields.put("detail", detail);
      return fields;
    }
  }

  /** Without the initramfs, which takes a decompressor. */
  public static Validation of(Host root) {
    return new Validation(root, Optional.empty(), Set.of());
  }

  /** Of the root in which this program runs, which may be a container that is being built. */
  public static Validation inPlace(Host machine) {
    return of(machine, machine).without(RootFacts.mounted(machine));
  }

  /**
   * @param machine whose programs list the initramfs
   */
  public static Validation of(Host machine, Host root) {
    Path initramfs = root.resolved("/boot/initrd");
    return new Validation(
        root,
        Files.isRegularFile(initramfs)
            ? InitramfsListing.names(machine, initramfs)
            : Optional.empty(),
        Set.of());
  }

  /**
   * @param names of all files in the initramfs, without a leading slash
   */
  public Validation withInitramfs(Set<String> names) {
    return new Validation(root, Optional.of(names), mounted);
  }

  /**
   * @param paths that cannot be looked at, because something is mounted there
   */
  Validation without(Set<String> paths) {
    return new Validation(root, initramfs, paths);
  }

  public List<Finding> check() {
    findings.clear();
    checkRelease();
    checkKernel();
    checkInitramfs();
    for (String path : texts("executables")) {
      require(path, isExecutable(path), "executable", "missing, or not executable");
    }
    for (String name : texts("programs")) {
      Optional<String> found =
          SEARCH_PATH.stream().map(dir -> dir + "/" + name).filter(this::isExecutable).findFirst();
      require("program " + name, found.isPresent(), found.orElse(""), "not on the search path");
    }
    for (String path : texts("files")) {
      require(path, Files.isRegularFile(root.resolved(path)), "present", "missing");
    }
    for (String path : texts("directories")) {
      require(path, isDirectoryOrRuntimeLink(path), "present", "missing");
    }
    checkCloudConfigs();
    checkBootLoaders();
    checkServices();
    checkIdentity();
    checkPackages();
    return List.copyOf(findings);
  }

  private void checkRelease() {
    Optional<OsRelease> kairos = release(KairosRelease.KAIROS_FILE);
    require(
        KairosRelease.KAIROS_FILE,
        kairos.isPresent(),
        "readable",
        "missing, or not assignments only");
    for (String key : texts("release")) {
      String value = kairos.flatMap(file -> file.find("KAIROS_" + key)).orElse("");
      require("KAIROS_" + key, !value.isEmpty(), value, "missing or empty");
    }
  }

  private Optional<OsRelease> release(String path) {
    try {
      return Optional.of(OsRelease.parse(path, Files.readString(root.resolved(path))));
    } catch (IOException | KairosException e) {
      return Optional.empty();
    }
  }

  private void checkKernel() {
    Path kernel = root.resolved("/boot/vmlinuz");
    require(
        "/boot/vmlinuz",
        Files.isRegularFile(kernel),
        "leads to " + kernel.getFileName(),
        "does not lead to a kernel");
    String release = kernel.getFileName().toString().replaceFirst("^vmlinuz-", "");
    require(
        "modules of the kernel",
        Files.isRegularFile(root.resolved("/usr/lib/modules/" + release + "/modules.dep")),
        "/usr/lib/modules/" + release,
        "no modules.dep for " + release);
  }

  private void checkInitramfs() {
    Path file = root.path("/boot/initrd");
    require(
        "/boot/initrd",
        Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS),
        "present",
        "missing, or not a plain file");
    for (String name : texts("initramfs")) {
      if (initramfs.isEmpty()) {
        add("initramfs " + name, Verdict.SKIPPED, "the initramfs was not listed");
      } else {
        require("initramfs " + name, initramfs.get().contains(name), "present", "missing");
      }
    }
  }

  private void checkCloudConfigs() {
    if (!Files.exists(root.resolved("/etc/os-release"))) {
      add("/etc/os-release", Verdict.FAIL, "missing");
      return;
    }
    Framework shipped = Framework.shipped();
    RootFacts facts = RootFacts.observe(root, shipped);
    for (Framework.File file : shipped.group("cloudconfigs", facts).files()) {
      try {
        Yaml.parse(Files.readString(root.resolved(file.path())), file.path());
        add(file.path(), Verdict.OK, "readable YAML");
      } catch (IOException e) {
        add(file.path(), Verdict.FAIL, "missing");
      } catch (KairosException e) {
        add(file.path(), Verdict.FAIL, e.getMessage());
      }
    }
  }

  private void checkBootLoaders() {
    String architecture =
        release(KairosRelease.KAIROS_FILE).flatMap(f -> f.find("KAIROS_ARCH")).orElse("");
    Optional<YamlMap> loaders = expected.map("bootLoaders").flatMap(map -> map.map(architecture));
    if (loaders.isEmpty()) {
      add("boot loaders", Verdict.SKIPPED, "none expected for '" + architecture + "'");
      return;
    }
    checkFirst("EFI shim", texts(loaders.get().list("shim")));
    checkFirst("EFI GRUB", texts(loaders.get().list("grub")));
    if (loaders.get().get("bios").isPresent()) {
      checkFirst("BIOS GRUB", texts(loaders.get().list("bios")));
    }
    List<String> directories = texts(loaders.get().list("modules"));
    for (String module : texts("grubModules")) {
      checkFirst(
          "GRUB module " + module, directories.stream().map(dir -> dir + "/" + module).toList());
    }
    for (YamlNode choices : expected.list("fonts")) {
      checkFirst("GRUB font", choices instanceof YamlList list ? texts(list.items()) : List.of());
    }
  }

  private void checkFirst(String item, List<String> candidates) {
    Optional<String> found =
        candidates.stream().filter(path -> Files.isRegularFile(root.resolved(path))).findFirst();
    require(item, found.isPresent(), found.orElse(""), "none of " + String.join(", ", candidates));
  }

  private void checkServices() {
    boolean systemd = isExecutable("/usr/bin/systemctl") || isExecutable("/bin/systemctl");
    boolean openrc = isExecutable("/sbin/openrc") || isExecutable("/usr/sbin/openrc");
    require(
        "service manager",
        systemd != openrc,
        systemd ? "systemd" : "openrc",
        systemd ? "both systemd and openrc" : "neither systemd nor openrc");
    if (systemd) {
      Optional<Path> first =
          UNIT_PATH.stream()
              .map(directory -> root.path(directory + "/getty.target"))
              .filter(path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS))
              .findFirst();
      require(
          "getty.target",
          first.isPresent() && !leadsToNull(first.get()),
          "active",
          first.isPresent() ? "masked by " + first.get() : "missing");
    }
  }

  private static boolean leadsToNull(Path link) {
    try {
      return Files.isSymbolicLink(link)
          && Files.readSymbolicLink(link).equals(Path.of("/dev/null"));
    } catch (IOException e) {
      return true;
    }
  }

  private void checkIdentity() {
    require(
        "/etc/machine-id",
        isEmptyFile("/etc/machine-id"),
        "present and empty",
        "missing, or not empty: every node would have the same");
    if (mounted.contains("/etc/hostname")) {
      add("/etc/hostname", Verdict.SKIPPED, "mounted over by what builds the container");
    } else {
      require(
          "/etc/hostname",
          !Files.exists(root.resolved("/etc/hostname")) || isEmptyFile("/etc/hostname"),
          "empty",
          "not empty: every node would have the same");
    }
    List<String> keys = new ArrayList<>();
    try (Stream<Path> files = Files.list(root.resolved("/etc/ssh"))) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("ssh_host_.*_key(\\.pub)?"))
          .forEach(keys::add);
    } catch (IOException e) {
      // no ssh, no keys
    }
    require("ssh host keys", keys.isEmpty(), "none", "present: " + String.join(", ", keys));
  }

  private boolean isEmptyFile(String path) {
    try {
      return Files.size(root.resolved(path)) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private void checkPackages() {
    String unfinished =
        RootFacts.packages(root).stream()
            .filter(installed -> !installed.complete())
            .map(InstalledPackage::name)
            .collect(Collectors.joining(", "));
    require("packages", unfinished.isEmpty(), "all configured", "not configured: " + unfinished);
  }

  private boolean isExecutable(String path) {
    Path real = root.resolved(path);
    return Files.isRegularFile(real) && Files.isExecutable(real);
  }

  /** Links below /run lead to what exists on a running system only. */
  private boolean isDirectoryOrRuntimeLink(String path) {
    if (Files.isDirectory(root.resolved(path))) {
      return true;
    }
    try {
      Path link = root.path(path);
      return Files.isSymbolicLink(link)
          && Files.readSymbolicLink(link).toString().matches("(/|(\\.\\./)+)run/.*");
    } catch (IOException e) {
      return false;
    }
  }

  private void require(String item, boolean holds, String found, String wrong) {
    add(item, holds ? Verdict.OK : Verdict.FAIL, holds ? found : wrong);
  }

  private void add(String item, Verdict verdict, String detail) {
    findings.add(new Finding(item, verdict, detail));
  }

  private List<String> texts(String key) {
    return texts(expected.list(key));
  }

  private static List<String> texts(List<YamlNode> nodes) {
    return nodes.stream().map(node -> ((YamlScalar) node).asText()).toList();
  }
}
