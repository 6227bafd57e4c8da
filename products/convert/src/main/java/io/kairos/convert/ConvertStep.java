package io.kairos.convert;

import io.kairos.images.LayerCompression;
import io.kairos.images.Snapshot;
import io.kairos.plan.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What conversion does, as values. */
public sealed interface ConvertStep extends Step {
  /**
   * Makes a tar archive of a release with all packages, in one transaction.
   *
   * @param archive where it is kept for the next conversion
   */
  record Bootstrap(
      String distro,
      String architecture,
      String keyring,
      List<DistroDescriptor.Repository> repositories,
      List<String> packages,
      Path archive)
      implements ConvertStep {
    @Override
    public String summary() {
      return "bootstrap %s for %s with %d packages"
          .formatted(distro, architecture, packages.size());
    }
  }

  /** Unpacks what an earlier bootstrap has kept. */
  record UnpackArchive(Path archive, Path root) implements ConvertStep {
    @Override
    public String summary() {
      return "unpack " + archive.getFileName() + " into " + root;
    }
  }

  record CopyDirectory(Path from, Path root) implements ConvertStep {
    @Override
    public String summary() {
      return "copy " + from + " into " + root;
    }
  }

  record UnpackImage(Path layout, Path root) implements ConvertStep {
    @Override
    public String summary() {
      return "unpack the image of " + layout + " into " + root;
    }
  }

  /** One transaction of the root's own package manager. */
  record InstallPackages(Path root, String manager, List<String> packages) implements ConvertStep {
    @Override
    public String summary() {
      return "install %d packages with %s".formatted(packages.size(), manager);
    }
  }

  /**
   * @param replacements texts between {@code @} signs in the files
   */
  record WriteFramework(Path root, Framework.Group group, Map<String, String> replacements)
      implements ConvertStep {
    @Override
    public String summary() {
      return "write %s: %d directories, %d files, %d links"
          .formatted(
              group.name(), group.directories().size(), group.files().size(), group.links().size());
    }
  }

  record InstallRuntime(Path from, Path root) implements ConvertStep {
    @Override
    public String summary() {
      return "copy " + from + " to /usr/lib/kairos and its launcher to /usr/bin/kairos";
    }
  }

  record WriteRelease(Path root, Map<String, String> values) implements ConvertStep {
    @Override
    public String summary() {
      return "write /etc/kairos-release: %s %s"
          .formatted(values.get("KAIROS_NAME"), values.get("KAIROS_VERSION"));
    }
  }

  record LinkKernel(Path root, String kernel) implements ConvertStep {
    @Override
    public String summary() {
      return "link /boot/vmlinuz to /boot/vmlinuz-" + kernel;
    }
  }

  /**
   * @param ownHosts whether the initramfs gets our /etc/hosts, because that of the root is the
   *     container builder's
   */
  record BuildInitramfs(Path root, String kernel, boolean ownHosts) implements ConvertStep {
    @Override
    public String summary() {
      return "build /boot/initrd for " + kernel;
    }
  }

  record SetServices(Path root, DistroDescriptor.Services services) implements ConvertStep {
    @Override
    public String summary() {
      return "enable %d units, disable %d, mask %d"
          .formatted(services.enable().size(), services.disable().size(), services.mask().size());
    }
  }

  /** Drops Diffie-Hellman groups of less than 2048 bits. */
  record FilterModuli(Path root) implements ConvertStep {
    @Override
    public String summary() {
      return "drop weak groups from /etc/ssh/moduli";
    }
  }

  /**
   * @param kept paths that are left alone with all below them
   */
  record CleanUp(Path root, Set<String> kept) implements ConvertStep {
    @Override
    public String summary() {
      return "remove identities, caches and logs";
    }
  }

  /**
   * @param mounted paths that cannot be looked at, because something is mounted there
   */
  record Validate(Path root, Set<String> mounted) implements ConvertStep {
    @Override
    public String summary() {
      return "check that the root is a Kairos image";
    }
  }

  /** What lies below the layer that conversion makes. */
  sealed interface BaseLayer {
    /** Nothing: the root was copied from a directory. */
    record None() implements BaseLayer {}

    /** A tar archive, taken as it is. */
    record Archive(Path archive, Snapshot before) implements BaseLayer {}

    /** The layers of another image, octet for octet. */
    record Image(Path layout, Snapshot before) implements BaseLayer {}
  }

  /**
   * @param name that the layout gives to the image
   */
  record Pack(
      Path root,
      String source,
      BaseLayer base,
      String architecture,
      LayerCompression compression,
      Path output,
      String name,
      Map<String, String> labels)
      implements ConvertStep {
    @Override
    public String summary() {
      return "pack " + name + " into " + output;
    }
  }
}
