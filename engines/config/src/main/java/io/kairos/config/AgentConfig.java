package io.kairos.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys at the top of a config that the node's own programs read. Other keys belong to
 * providers, which register theirs in {@code provider-keys.txt}.
 */
public record AgentConfig(
    Optional<InstallConfig> install,
    List<UserConfig> users,
    Optional<String> hostname,
    boolean strict,
    boolean debug,
    List<String> cloudInitPaths,
    List<String> env,
    Map<String, String> options,
    Map<String, String> grubOptions,
    List<BundleConfig> bundles,
    boolean failOnBundleErrors,
    boolean ejectCd,
    boolean cosign,
    Optional<String> cosignKey,
    Optional<String> arch) {
  static AgentConfig read(Section top) {
    top.text("name", "label of the file in logs").optional();
    top.text("config_url", "another config to merge over this one").optional();
    top.anything("stages", "steps by stage").optional();
    top.anything("upgrade", "how to upgrade").optional();
    top.anything("reset", "how to reset").optional();
    top.flag("verify", "verify images").optional();
    top.text("platform", "kept for old files").optional();
    top.texts("squash-compression", "options for mksquashfs").optional();
    top.flag("squash-no-compression", "do not compress").optional();
    top.number("uki-max-entries", "boot entries to keep").optional();
    top.texts("bind-pcrs", "PCRs that seal keys").optional();
    top.texts("bind-public-pcrs", "PCRs that seal keys by signature").optional();
    top.anything("logs", "more sources for collected logs").optional();
    top.anything("kcrypt", "how partitions are unlocked").optional();
    top.anything("providers", "where providers are").optional();
    top.anything("phonehome", "fleet server of the node").optional();
    top.text("fullcloudconfig", "kept for old files").optional();
    top.texts("ssh_authorized_keys", "keys of all users, or of root").optional();
    top.anything("write_files", "files in the form of cloud-init").optional();
    top.anything("milpa_files", "files in the form of cloud-init").optional();
    top.texts("runcmd", "commands of stage boot").optional();
    top.anything("growpart", "devices to grow").optional();
    return new AgentConfig(
        top.section("install", "how to install", InstallConfig::read).optional(),
        top.sections("users", "users to create", UserConfig::readNamed).orElse(List.of()),
        top.text("hostname", "name of the node; a template").optional(),
        top.flag("strict", "stage errors are fatal").orElse(false),
        top.flag("debug", "log more").orElse(false),
        top.texts("cloud-init-paths", "more directories with stages").orElse(List.of()),
        top.texts("env", "variables for the agent").orElse(List.of()),
        top.textMap("options", "options of providers").orElse(Map.of()),
        top.textMap("grub_options", "written to the boot environment").orElse(Map.of()),
        top.sections("bundles", "software to add at first boot", BundleConfig::read)
            .orElse(List.of()),
        top.flag("fail_on_bundles_errors", "bundle errors are fatal").orElse(false),
        top.flag("eject-cd", "eject the medium after installation").orElse(false),
        top.flag("cosign", "verify signatures of images").orElse(false),
        top.text("cosign-key", "public key of image signatures").optional(),
        top.text("arch", "architecture of images; the node's by default").optional());
  }
}
