package io.kairos.auroraboot;

import io.kairos.auroraboot.IsoStep.CopyFile;
import io.kairos.auroraboot.IsoStep.CopyOverlay;
import io.kairos.auroraboot.IsoStep.ExtractFiles;
import io.kairos.auroraboot.IsoStep.MakeBiosImage;
import io.kairos.auroraboot.IsoStep.MakeEfiImage;
import io.kairos.auroraboot.IsoStep.PrepareFolder;
import io.kairos.auroraboot.IsoStep.Publish;
import io.kairos.auroraboot.IsoStep.ReadImage;
import io.kairos.auroraboot.IsoStep.Settle;
import io.kairos.auroraboot.IsoStep.Squash;
import io.kairos.auroraboot.IsoStep.WriteIso;
import io.kairos.auroraboot.IsoStep.WriteText;
import io.kairos.plan.Plan;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides what goes on the medium, touches nothing. */
final class IsoPlanner {
  /** GRUB for PC BIOS of this machine, for images that have none. */
  static final Path HOST_GRUB = Path.of("/usr/lib/grub/i386-pc");

  private IsoPlanner() {}

  static String fileName(IsoRequest request, ImageFacts facts) {
    return request.name().orElse("kairos-" + facts.name()) + ".iso";
  }

  /** Where an ISO is made; on the file system on which it ends. */
  static Path scratch(IsoRequest request, ImageFacts facts) {
    return request.output().resolve("." + fileName(request, facts) + ".building");
  }

  /**
   * Relative paths of the plan are below {@link #scratch}.
   *
   * @param latest no file on the medium is younger
   */
  static Plan<IsoStep> plan(IsoRequest request, ImageFacts facts, Instant latest) {
    Path target = request.output().resolve(fileName(request, facts));
    Path iso = Path.of("iso");
    Path efi = Path.of("efi");
    BootFiles boot = facts.bootFiles();

    var plan = Plan.<IsoStep>named("build ISO");
    plan.must(new PrepareFolder());
    plan.must(
        new ReadImage(
            Path.of("rootfs.tar"),
            request.rootOverlay().map(over -> new ReadImage.Overlay(over, Path.of("overlay.tar"))),
            latest));
    Map<String, Path> targets = new HashMap<>();
    targets.put(boot.kernel(), iso.resolve("boot/kernel"));
    targets.put(boot.initrd(), iso.resolve("boot/initrd"));
    targets.put(boot.shim(), efi.resolve("EFI/BOOT/bootx64.efi"));
    targets.put(boot.grub(), efi.resolve("EFI/BOOT").resolve(boot.grubName()));
    Path grub = boot.biosGrub().map(_ -> Path.of("grub-pc")).orElse(HOST_GRUB);
    plan.must(
        new ExtractFiles(
            targets, boot.biosGrub().map(folder -> new ExtractFiles.Folder(folder, grub))));

    for (String place : chainPlaces(facts)) {
      plan.must(new WriteText(efi.resolve(place), LiveMenu.chain()));
    }
    plan.must(new Settle(efi, latest));
    plan.must(new MakeEfiImage(efi, iso.resolve("boot/uefi.img"), latest));
    // Firmware that boots a stick with plain copies of the files looks for the loaders here.
    plan.must(new CopyOverlay(efi, iso));

    plan.must(
        new MakeBiosImage(
            grub,
            Resources.lines("bios-modules.list"),
            Path.of("core.img"),
            iso.resolve("boot/eltorito.img")));
    plan.must(new CopyFile(grub.resolve("boot_hybrid.img"), iso.resolve("boot/boot_hybrid.img")));
    plan.must(
        new WriteText(
            iso.resolve("boot/grub2/grub.cfg"), request.menu().render(facts.architecture())));
    Path config = iso.resolve("config.yaml");
    plan.must(
        request
            .cloudConfig()
            .<IsoStep>map(file -> new CopyFile(file, config))
            .orElseGet(() -> new WriteText(config, "")));
    request.overlays().forEach(folder -> plan.must(new CopyOverlay(folder, iso)));

    plan.must(
        new Squash(
            iso.resolve("rootfs.squashfs"), facts.volatilePaths(), facts.missingFolders(), latest));
    plan.must(new Settle(iso, latest));
    Path written = target.getFileName();
    plan.must(new WriteIso(iso, written, latest));
    return plan.must(new Publish(written, target, facts.sbom())).build();
  }

  private static List<String> chainPlaces(ImageFacts facts) {
    List<String> places = new ArrayList<>(List.of("EFI/BOOT/grub.cfg", "boot/grub/grub.cfg"));
    Optional.of("EFI/ubuntu/grub.cfg").filter(_ -> facts.isUbuntu()).ifPresent(places::add);
    return places;
  }
}
