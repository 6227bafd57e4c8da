package io.kairos.agent.install;

import io.kairos.agent.bundle.BundleTarget;
import io.kairos.agent.bundle.Bundles;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.Bytes;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.base.Problems;
import io.kairos.base.Refused;
import io.kairos.boot.Firmware;
import io.kairos.config.AgentConfig;
import io.kairos.config.Config;
import io.kairos.config.ImageConfig;
import io.kairos.config.InstallConfig;
import io.kairos.config.PartitionConfig;
import io.kairos.images.ImageSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Turns what the user wrote into what an installation is asked to do. What is asked for and cannot
 * be had yet is refused here, before anything is touched, and never passed over.
 */
public final class RequestReader {
  private static final List<String> USUAL_CONSOLES = List.of("console", "tty1");

  private final Config config;
  private final InstallConfig install;
  private final Problems problems = new Problems();

  public RequestReader(Config config) {
    this.config = config;
    this.install = config.install();
  }

  /**
   * @param fetched makes a local file of an entry of {@code install.cloud-init}
   * @throws io.kairos.base.InvalidConfig with everything that stands in the way
   */
  public InstallRequest read(Function<String, Path> fetched) {
    refuseWhatIsMissing();
    checkBundles();
    Optional<SystemSource> source = source();
    problems.throwIfAny();
    AgentConfig agent = config.agent();
    return new InstallRequest(
        install.device(),
        config.position("install.device"),
        source,
        sizes(),
        extraPartitions(),
        install.force(),
        noFormat(),
        written("install.grub-entry-name", install.grubEntryName()),
        tty(),
        install.cloudInit().stream().map(fetched).toList(),
        install.extraDirectories(),
        grubOptions(),
        install.bindMounts(),
        install.ephemeralMounts(),
        new Bundles(
            install.bundles(), agent.failOnBundleErrors(), install.allowInsecureRegistries()),
        install.sshHardening(),
        agent.ejectCd(),
        agent.stages().strict(),
        firmware(),
        new InstallRequest.Afterwards(install.reboot(), install.poweroff()));
  }

  private void refuseWhatIsMissing() {
    if (!install.encryptedPartitions().isEmpty()) {
      notYet("install.encrypted_partitions", "remove it to install without encryption");
    }
    if (install.iso().isPresent()) {
      notYet("install.iso", "boot from that medium, or set install.source to dir:/path");
    }
    if (install.recoverySystem().source().isPresent()) {
      notYet("install.recovery-system.source", "remove it; recovery starts as a copy of active");
    }
    if (install.passive().source().isPresent()) {
      notYet("install.passive.source", "remove it; passive starts as a copy of active");
    }
    install
        .partitions()
        .forEach(
            (role, partition) -> {
              String usual = role.equals("efi") ? "vfat" : "ext4";
              if (partition.filesystem().filter(fs -> !fs.equals(usual)).isPresent()) {
                notYet("install.partitions." + role + ".fs", "remove it; this one is " + usual);
              }
            });
    Map<String, ImageConfig> images = new HashMap<>();
    images.put("system", install.system());
    images.put("recovery-system", install.recoverySystem());
    images.put("passive", install.passive());
    images.forEach(
        (name, image) -> {
          if (image.filesystem().filter(fs -> !fs.equals("ext2")).isPresent()) {
            notYet("install." + name + ".fs", "remove it; images are ext2");
          }
        });
  }

  private Optional<InstallRequest.NoFormat> noFormat() {
    return install.noFormat()
        ? Optional.of(
            new InstallRequest.NoFormat(
                config
                    .position("install.no-format")
                    .or(() -> config.position("install.no_format"))))
        : Optional.empty();
  }

  private void checkBundles() {
    for (int bundle = 0; bundle < install.bundles().size(); bundle++) {
      List<String> targets = install.bundles().get(bundle).targets();
      for (int target = 0; target < targets.size(); target++) {
        try {
          var _ = BundleTarget.parse(targets.get(target));
        } catch (Refused e) {
          String key = "install.bundles[" + bundle + "].targets[" + target + "]";
          problems.add(new Problem(e.problem().what(), config.position(key), e.problem().remedy()));
        }
      }
    }
  }

  private void notYet(String key, String remedy) {
    problems.add(
        new Problem(key + " is not supported yet", config.position(key), Optional.of(remedy)));
  }

  /** {@code install.system.source} is the more exact one. */
  private Optional<SystemSource> source() {
    String key = install.system().source().isPresent() ? "install.system.source" : "install.source";
    return install
        .system()
        .source()
        .or(install::source)
        .filter(text -> !text.isBlank())
        .flatMap(text -> source(text, config.position(key)));
  }

  private Optional<SystemSource> source(String text, Optional<Position> where) {
    return switch (ImageSource.parse(text)) {
      case ImageSource.Directory(var path) -> Optional.of(new SystemSource.Tree(path));
      case ImageSource.ImageFile(var path) -> Optional.of(new SystemSource.ImageFile(path));
      case ImageSource.OciImage _, ImageSource.OciFile _ -> {
        problems.add(
            new Problem(
                "images from registries and archives are not supported yet: " + text,
                where,
                Optional.of(
                    "boot from a medium made of that image, or use dir:/path or file:/path")));
        yield Optional.empty();
      }
    };
  }

  private InstallRequest.Sizes sizes() {
    return new InstallRequest.Sizes(
        orZero(install.system().size()),
        orZero(install.passive().size()),
        orZero(install.recoverySystem().size()),
        orZero(install.partitionSize("efi")),
        orZero(install.partitionSize("oem")),
        orZero(install.partitionSize("recovery")),
        orZero(install.partitionSize("state")),
        orZero(install.partitionSize("persistent")));
  }

  private static Bytes orZero(Optional<Bytes> size) {
    return size.orElse(Bytes.ZERO);
  }

  private List<InstallRequest.ExtraPartition> extraPartitions() {
    List<InstallRequest.ExtraPartition> extras = new ArrayList<>();
    for (PartitionConfig extra : install.extraPartitions()) {
      extras.add(
          new InstallRequest.ExtraPartition(
              extra.name().orElse(""),
              extra.label().filter(label -> !label.isEmpty()),
              orZero(extra.size()),
              extra.filesystem().orElse(""),
              config.position("install.extra-partitions[" + extras.size() + "]")));
    }
    return extras;
  }

  private Optional<Firmware> firmware() {
    return install.firmware().map(word -> word.equals("efi") ? Firmware.EFI : Firmware.BIOS);
  }

  private Optional<String> tty() {
    return written("install.tty", install.tty()).filter(tty -> !USUAL_CONSOLES.contains(tty));
  }

  /**
   * Kernel arguments come from the image, not from the menu, so a console of the user's own is
   * added where it reaches them.
   */
  private Map<String, String> grubOptions() {
    Map<String, String> options = new HashMap<>(install.grubOptions());
    tty()
        .ifPresent(
            tty ->
                options.merge(
                    "extra_cmdline",
                    "console=" + tty,
                    (before, console) -> before + " " + console));
    return options;
  }

  /** A default of the declaration is no wish of the user. */
  private Optional<String> written(String key, String value) {
    return config.find(key).filter(node -> !node.isNull()).map(_ -> value);
  }
}
