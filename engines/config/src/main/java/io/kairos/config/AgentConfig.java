package io.kairos.config;

import io.kairos.base.Position;
import io.kairos.formats.yaml.YamlMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The keys at the top of a config that the node's own programs read. Other keys belong to
 * providers: those that we know are in {@code provider-keys.txt}, others register theirs ({@link
 * ProviderSchemas}).
 */
public record AgentConfig(
    Optional<InstallConfig> install,
    UpgradeConfig upgrade,
    ResetConfig reset,
    List<UserConfig> users,
    Optional<String> hostname,
    StageSettings stages,
    List<String> env,
    Map<String, String> options,
    Map<String, String> grubOptions,
    List<BundleConfig> bundles,
    boolean failOnBundleErrors,
    boolean ejectCd,
    boolean cosign,
    boolean verify,
    Optional<String> cosignKey,
    Optional<String> arch,
    List<String> squashCompression,
    boolean squashNoCompression,
    long ukiMaxEntries,
    List<String> bindPcrs,
    List<String> bindPublicPcrs,
    KcryptConfig kcrypt,
    LogsConfig logs,
    PhoneHomeConfig phoneHome,
    Optional<List<String>> providerPaths) {
  public AgentConfig {
    users = List.copyOf(users);
    env = List.copyOf(env);
    options = Map.copyOf(options);
    grubOptions = Map.copyOf(grubOptions);
    bundles = List.copyOf(bundles);
    squashCompression = List.copyOf(squashCompression);
    bindPcrs = List.copyOf(bindPcrs);
    bindPublicPcrs = List.copyOf(bindPublicPcrs);
    providerPaths = providerPaths.map(List::copyOf);
  }

  static AgentConfig read(Section top) {
    top.text("name", "label of the file in logs; of several files the last one counts").optional();
    top.text("config_url", "another config to merge over this one; a template").optional();
    top.anything("stages", "steps by stage").optional();
    top.anything("platform", "kept for old files; has no effect").optional();
    top.text("fullcloudconfig", "kept for old files; has no effect").optional();
    top.texts("ssh_authorized_keys", "keys of all users, or of root").optional();
    top.sections("write_files", "files to write in stage boot", AgentConfig::file).optional();
    top.sections("milpa_files", "as write_files, after them", AgentConfig::file).optional();
    top.texts("runcmd", "commands of stage boot").optional();
    top.section("growpart", "devices whose last partition grows in stage boot", AgentConfig::grow)
        .optional();
    return new AgentConfig(
        top.lenientSection("install", "how to install", InstallConfig::read).optional(),
        top.lenientSection("upgrade", "how to upgrade", UpgradeConfig::read)
            .optional()
            .orElseGet(() -> standard(UpgradeConfig::read)),
        top.lenientSection("reset", "how to reset", ResetConfig::read)
            .optional()
            .orElseGet(() -> standard(ResetConfig::read)),
        top.sections("users", "users to create in stage boot", UserConfig::readNamed)
            .orElse(List.of()),
        top.text("hostname", "name of the node; a template").optional(),
        StageSettings.read(top),
        top.texts("env", "variables for the agent, as NAME=value").orElse(List.of()),
        top.textMap("options", "options of providers").orElse(Map.of()),
        grubOptions(top),
        top.sections("bundles", "software to add at first boot", BundleConfig::read)
            .orElse(List.of()),
        top.flag("fail_on_bundles_errors", "bundle errors are fatal").orElse(false),
        top.flag("eject-cd", "eject the medium after installation").orElse(false),
        top.flag("cosign", "verify signatures of images").orElse(false),
        top.flag("verify", "verify images").orElse(false),
        top.text("cosign-key", "public key of image signatures").optional(),
        top.word(
                "arch",
                "architecture of images; the node's by default",
                "amd64",
                "arm64",
                "riscv64",
                "x86_64",
                "aarch64")
            .optional(),
        top.texts("squash-compression", "options for mksquashfs").orElse(List.of()),
        top.flag("squash-no-compression", "do not compress").orElse(true),
        top.number("uki-max-entries", "boot entries to keep").orElse(3L),
        top.texts("bind-pcrs", "PCRs that seal keys").orElse(List.of()),
        top.texts("bind-public-pcrs", "PCRs that seal keys by signature").orElse(List.of("11")),
        top.section("kcrypt", "how partitions are unlocked", KcryptConfig::read)
            .optional()
            .orElseGet(() -> standard(KcryptConfig::read)),
        top.section("logs", "more sources for collected logs", LogsConfig::read)
            .optional()
            .orElseGet(() -> standard(LogsConfig::read)),
        top.section("phonehome", "fleet server of the node", PhoneHomeConfig::read)
            .optional()
            .orElseGet(() -> standard(PhoneHomeConfig::read)),
        top.section("providers", "programs that extend the agent", AgentConfig::providerPaths)
            .optional()
            .flatMap(paths -> paths));
  }

  /** What a section reads as when nobody wrote it. */
  private static <T> T standard(Function<Section, T> reader) {
    return Section.readPart(
        YamlMap.empty(Position.ofSource("defaults")), "", new Findings(), reader);
  }

  /** What the menus of images read from the boot environment. */
  private static final Map<String, String> GRUB_OPTIONS =
      Map.of(
          "next_entry", "entry of the next boot alone",
          "saved_entry", "entry of every boot",
          "default_menu_entry", "title of the first entry",
          "default_fallback", "entries to fall back to",
          "extra_cmdline", "more words for the kernel",
          "extra_active_cmdline", "more words for the kernel of the active system",
          "extra_passive_cmdline", "more words for the kernel of the passive system",
          "extra_recovery_cmdline", "more words for the kernel of the recovery system");

  static Map<String, String> grubOptions(Section section) {
    return section
        .textMap("grub_options", "written to the boot environment", GRUB_OPTIONS)
        .orElse(Map.of());
  }

  private static String file(Section file) {
    file.text("path", "where it is written").optional();
    file.text("content", "what is written; a template").optional();
    file.text("encoding", "of the content: b64, gz, gz+b64").optional();
    file.text("owner", "user, or user:group").optional();
    file.text("permissions", "octal").optional();
    file.constrain("permissions", "type", List.of("string", "integer"));
    if (!file.has("path")) {
      file.report("path", "is missing");
    }
    file.mark("path");
    return "";
  }

  private static List<String> grow(Section growpart) {
    growpart.anything("mode", "kept for old files; has no effect").optional();
    growpart.anything("ignore_growroot_disabled", "kept for old files; has no effect").optional();
    return growpart.texts("devices", "mount points or devices").orElse(List.of());
  }

  private static Optional<List<String>> providerPaths(Section providers) {
    return providers.texts("paths", "directories with providers, in order").optional();
  }
}
