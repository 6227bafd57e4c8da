package io.kairos.auroraboot;

import io.kairos.base.Refused;
import io.kairos.images.Rootfs;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where an image keeps what boots it; paths are absolute inside the image and free of links.
 *
 * @param shim first UEFI stage, signed by Microsoft
 * @param grub second UEFI stage, signed by the distribution
 * @param grubName how shim calls it
 * @param biosGrub folder of GRUB for PC BIOS, when the image has one that can start a CD
 */
record BootFiles(
    String kernel,
    String initrd,
    String shim,
    String grub,
    String grubName,
    Optional<String> biosGrub) {
  private static final List<String> KERNELS =
      List.of("uImage", "Image", "zImage", "vmlinuz", "image");
  private static final List<String> INITRDS = List.of("initrd", "initramfs");
  private static final String BIOS_GRUB = "/usr/lib/grub/i386-pc";

  /**
   * @throws Refused naming what the image lacks
   */
  static BootFiles locate(Rootfs image) {
    String grub =
        loader("grub", image)
            .orElseThrow(
                () ->
                    new Refused(
                        "the image has no GRUB for UEFI",
                        "convert it with a signed GRUB, on Debian grub-efi-amd64-signed"));
    return new BootFiles(
        boot(KERNELS, image)
            .orElseThrow(
                () ->
                    new Refused(
                        "the image has no kernel in /boot",
                        "use an image that `kairos convert` made")),
        boot(INITRDS, image)
            .orElseThrow(
                () ->
                    new Refused(
                        "the image has no initrd in /boot",
                        "use an image that `kairos convert` made")),
        loader("shim", image)
            .orElseThrow(
                () ->
                    new Refused(
                        "the image has no shim for UEFI",
                        "convert it with a signed shim, on Debian shim-signed")),
        grub,
        installedName(grub),
        Optional.of(BIOS_GRUB)
            .filter(folder -> image.exists(folder + "/cdboot.img"))
            .filter(folder -> image.exists(folder + "/boot_hybrid.img")));
  }

  private static Optional<String> boot(List<String> prefixes, Rootfs image) {
    List<String> names = image.list("/boot");
    return prefixes.stream()
        .flatMap(prefix -> names.stream().filter(name -> name.startsWith(prefix)))
        .flatMap(name -> image.realPath("/boot/" + name).stream())
        .filter(image::exists)
        .findFirst();
  }

  private static Optional<String> loader(String kind, Rootfs image) {
    return Resources.lines("boot-loaders.list").stream()
        .map(line -> line.split("\\s+"))
        .filter(words -> words[0].equals(kind))
        .flatMap(words -> Stream.of(words[1]))
        .filter(image::exists)
        .findFirst();
  }

  /** shim loads {@code grubx64.efi}, whatever the distribution calls the file on disk. */
  static String installedName(String path) {
    return path.substring(path.lastIndexOf('/') + 1)
        .replaceFirst("(\\.signed\\.latest|\\.signed|\\.dualsigned)$", "")
        .replace("gcdx64.efi", "grubx64.efi");
  }
}
