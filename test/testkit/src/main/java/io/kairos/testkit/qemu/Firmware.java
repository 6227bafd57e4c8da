package io.kairos.testkit.qemu;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** What starts a machine. */
public enum Firmware {
  BIOS,
  UEFI;

  /** Debian's package {@code ovmf}; older releases have the 2 MiB variant alone. */
  private static final List<String> SIZES = List.of("_4M", "");

  /**
   * @param directory where the machine keeps its variables
   */
  List<String> arguments(Path directory) {
    return switch (this) {
      case BIOS -> List.of();
      case UEFI -> {
        Path folder = Path.of("/usr/share/OVMF");
        String size =
            SIZES.stream()
                .filter(each -> Files.exists(folder.resolve("OVMF_CODE" + each + ".fd")))
                .findFirst()
                .orElseThrow(
                    () ->
                        HostFailure.withRemedy(
                            "no UEFI firmware for the virtual machine in " + folder,
                            "apt-get install ovmf"));
        Path variables = directory.resolve("uefi-variables.fd");
        try {
          if (!Files.exists(variables)) {
            Files.copy(
                folder.resolve("OVMF_VARS" + size + ".fd"),
                variables,
                StandardCopyOption.REPLACE_EXISTING);
          }
        } catch (IOException e) {
          throw new HostFailure("cannot copy the UEFI variables to " + variables, e);
        }
        yield List.of(
            "-drive",
            "if=pflash,unit=0,format=raw,readonly=on,file="
                + folder.resolve("OVMF_CODE" + size + ".fd"),
            "-drive",
            "if=pflash,unit=1,format=raw,file=" + variables);
      }
    };
  }
}
