package io.kairos.config;

import io.kairos.base.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code install} section: what the user wants of an installation.
 *
 * @param device a path, {@code auto}, or {@code script://COMMAND}; {@code auto} picks a disk
 * @param source image of the active system; empty means the medium that is running
 * @param partitions of the system by their role: {@code oem recovery state persistent efi}
 */
public record InstallConfig(
    boolean auto,
    String device,
    Optional<String> source,
    boolean reboot,
    boolean poweroff,
    boolean noFormat,
    boolean force,
    Map<String, PartitionConfig> partitions,
    List<PartitionConfig> extraPartitions,
    ImageConfig system,
    ImageConfig recoverySystem,
    ImageConfig passive,
    String grubEntryName,
    Map<String, String> grubOptions,
    String tty,
    Optional<String> iso,
    List<String> cloudInit,
    List<String> extraDirectories,
    List<String> encryptedPartitions,
    List<BundleConfig> bundles,
    List<String> bindMounts,
    List<String> ephemeralMounts,
    boolean noUsers,
    boolean sshHardening,
    boolean allowInsecureRegistries,
    List<String> skipEntries,
    Optional<String> firmware,
    String partitionTable,
    List<String> env) {
  private static final List<String> ROLES =
      List.of("oem", "recovery", "state", "persistent", "efi");

  public InstallConfig {
    partitions = Map.copyOf(partitions);
    extraPartitions = List.copyOf(extraPartitions);
    grubOptions = Map.copyOf(grubOptions);
    cloudInit = List.copyOf(cloudInit);
    extraDirectories = List.copyOf(extraDirectories);
    encryptedPartitions = List.copyOf(encryptedPartitions);
    bundles = List.copyOf(bundles);
    bindMounts = List.copyOf(bindMounts);
    ephemeralMounts = List.copyOf(ephemeralMounts);
    skipEntries = List.copyOf(skipEntries);
    env = List.copyOf(env);
  }

  static InstallConfig read(Section install) {
    install.alias("no_format", "no-format");
    install.text("image", "kept for old files; has no effect").optional();
    install.flag("skip_copy_kcrypt_plugin", "kept for old files; has no effect").optional();
    var config =
        new InstallConfig(
            install.flag("auto", "install without asking").orElse(false),
            install
                .parsed("device", "target disk; 'auto' picks the largest", InstallConfig::device)
                .orElse("auto"),
            install.text("source", "image to install; the running medium by default").optional(),
            install.flag("reboot", "reboot when done").orElse(false),
            install.flag("poweroff", "power off when done").orElse(false),
            install.flag("no-format", "keep the partitions of the disk").orElse(false),
            install.flag("force", "allow no-format over an installed system").orElse(false),
            install
                .section(
                    "partitions", "sizes of the system's partitions", InstallConfig::partitions)
                .orElse(Map.of()),
            install
                .sections("extra-partitions", "more partitions", PartitionConfig::readExtra)
                .orElse(List.of()),
            ImageConfig.in(install, "system", "active image"),
            ImageConfig.in(install, "recovery-system", "recovery image"),
            ImageConfig.in(install, "passive", "passive image"),
            install.text("grub-entry-name", "title of the boot entry").orElse("Kairos"),
            AgentConfig.grubOptions(install),
            install.text("tty", "more consoles for the kernel").orElse("tty1"),
            install.text("iso", "medium to install from instead").optional(),
            install.texts("cloud-init", "more configs to put on the node").orElse(List.of()),
            install.texts("extra-dirs-rootfs", "directories to create").orElse(List.of()),
            install
                .texts("encrypted_partitions", "labels of file systems to encrypt")
                .orElse(List.of()),
            install.sections("bundles", "software to add", BundleConfig::read).orElse(List.of()),
            install.texts("bind_mounts", "directories to keep").orElse(List.of()),
            install.texts("ephemeral_mounts", "directories to forget").orElse(List.of()),
            install.flag("nousers", "do not insist on an admin user").orElse(false),
            install.flag("ssh_hardening", "allow ssh with keys only").orElse(false),
            install.flag("allow-insecure-registries", "pull over plain HTTP too").orElse(false),
            install.texts("skip-entries", "boot entries to leave out").orElse(List.of()),
            install.word("firmware", "how the machine boots", "efi", "bios").optional(),
            install.word("part-table", "kind of partition table", "gpt").orElse("gpt"),
            install.texts("env", "variables for the installation").orElse(List.of()));
    var _ = install.constrain("device", "pattern", "^(auto|/dev/.+|script://.+)$");
    if (config.reboot && config.poweroff) {
      install.report("poweroff", "and install.reboot exclude each other");
    }
    return config;
  }

  /** The defaults, when nobody wrote an {@code install} section. */
  public static InstallConfig standard() {
    return Section.readPart(
        io.kairos.formats.yaml.YamlMap.empty(io.kairos.base.Position.ofSource("defaults")),
        "install",
        new Findings(),
        InstallConfig::read);
  }

  /** Wished size of a system partition. */
  public Optional<Bytes> partitionSize(String role) {
    return Optional.ofNullable(partitions.get(role)).flatMap(PartitionConfig::size);
  }

  private static Map<String, PartitionConfig> partitions(Section partitions) {
    Map<String, PartitionConfig> byRole = new LinkedHashMap<>();
    for (String role : ROLES) {
      partitions
          .section(role, "the " + role + " partition", PartitionConfig::readOfSystem)
          .optional()
          .ifPresent(partition -> byRole.put(role, partition));
    }
    return byRole;
  }

  private static String device(String text) {
    if (text.isEmpty() || text.equals("auto") || text.startsWith("script://")) {
      return text.isEmpty() ? "auto" : text;
    }
    if (!text.startsWith("/dev/") || text.length() == "/dev/".length()) {
      throw new IllegalArgumentException(
          "must be 'auto', a path below /dev, or script://COMMAND, not '" + text + "'");
    }
    if (text.contains("partlabel") || text.contains("partuuid")) {
      throw new IllegalArgumentException(
          "must name a disk: '" + text + "' looks like its a partition");
    }
    return text;
  }
}
