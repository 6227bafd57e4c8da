package io.kairos.boot;

import io.kairos.plan.Step;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What makes a disk bootable, as values. {@code image} is the mounted system to be booted, {@code
 * state} the mounted partition that GRUB reads its menu from. Nothing boots before {@link
 * PublishMenu}.
 */
public sealed interface BootStep extends Step {

  /**
   * GRUB's core image and modules, written by the image's own grub-install unless they are there.
   */
  record InstallBiosGrub(Path disk, Path image, Path state, Path stateDevice) implements BootStep {
    @Override
    public String summary() {
      return "install GRUB for BIOS on " + disk;
    }
  }

  /** Modules and fonts that the menu loads; grub-install copies them only for BIOS. */
  record CopyEfiModules(Path image, Path state, String arch) implements BootStep {
    @Override
    public String summary() {
      return "copy GRUB modules for " + arch + "-efi to " + state;
    }
  }

  /** Shim and GRUB under the names that firmware looks for; no boot entry is made. */
  record CopyEfiLoaders(Path image, Path esp, String arch) implements BootStep {
    @Override
    public String summary() {
      return "copy shim and GRUB for " + arch + " to " + esp;
    }
  }

  /**
   * The image's {@code /etc/cos/grub.cfg}, under a name that GRUB does not read yet.
   *
   * @param tty one more console; without one, that of the menu before stays
   */
  record StageMenu(Path image, Path state, Optional<String> tty) implements BootStep {
    @Override
    public String summary() {
      return "prepare the boot menu on " + state;
    }
  }

  /** From here on the disk boots. */
  record PublishMenu(Path state, Optional<Path> esp) implements BootStep {
    @Override
    public String summary() {
      return "publish the boot menu on " + state + esp.map(at -> " and " + at).orElse("");
    }
  }

  /**
   * Title of the default menu entry.
   *
   * @param configured wins over what the image says of itself
   */
  record SetTitle(Path image, Path state, Optional<String> configured) implements BootStep {
    @Override
    public String summary() {
      return "set the boot menu title"
          + configured.map(title -> " '" + title + "'").orElse(" of the image");
    }
  }

  /** Merges variables into an environment block. */
  record SetVariables(Path file, Map<String, String> variables) implements BootStep {
    public SetVariables {
      variables = new TreeMap<>(variables);
    }

    @Override
    public String summary() {
      return "set GRUB variables in " + file + ": " + String.join(", ", variables.keySet());
    }
  }
}
