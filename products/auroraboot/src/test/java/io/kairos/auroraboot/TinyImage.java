package io.kairos.auroraboot;

import io.kairos.base.Bytes;
import io.kairos.host.ForwardingHost;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageBuilder;
import io.kairos.images.ImageSource;
import io.kairos.images.LayerCompression;
import io.kairos.images.Platform;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A root file system of a few files that has all that a medium needs. */
final class TinyImage {
  static final Instant CREATED = Instant.parse("2025-11-24T12:00:00Z");

  private final Path root;

  private TinyImage(Path root) {
    this.root = root;
  }

  static TinyImage in(Path folder) throws IOException {
    var image = new TinyImage(folder.resolve("root"));
    image
        .with(
            "/etc/kairos-release",
            """
            KAIROS_FLAVOR=debian
            KAIROS_FLAVOR_RELEASE=13
            KAIROS_VARIANT=core
            KAIROS_ARCH=amd64
            KAIROS_MODEL=generic
            KAIROS_VERSION=v0.1.0
            """)
        .with("/boot/vmlinuz-6.12.1", "kernel")
        .with("/boot/initrd", "initrd")
        .with("/usr/lib/shim/shimx64.efi.signed", "shim")
        .with("/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed", "grub for CDs")
        .with("/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "grub for disks")
        .with("/run/lock/left-behind", "of a running system");
    Files.createSymbolicLink(image.root.resolve("boot/vmlinuz"), Path.of("/boot/vmlinuz-6.12.1"));
    return image;
  }

  TinyImage with(String path, String content) throws IOException {
    Path file = root.resolve(path.substring(1));
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    return this;
  }

  TinyImage without(String path) throws IOException {
    Files.delete(root.resolve(path.substring(1)));
    return this;
  }

  Path root() {
    return root;
  }

  ImageSource.OciFile layout() {
    Path layout = root.resolveSibling("layout");
    try (var builder =
        ImageBuilder.to(
            layout,
            Platform.linux("amd64"),
            CREATED,
            LayerCompression.NONE,
            LinuxHost.here().kernel())) {
      builder.addTree(root, Set.of(), "test").commit();
    }
    return new ImageSource.OciFile(layout);
  }

  static IsoRequest request(ImageSource image, Path output) {
    return new IsoRequest(
        image,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        output,
        LiveMenu.DEFAULT,
        Optional.empty());
  }

  /** This machine with less of something. */
  static final class PoorHost extends ForwardingHost {
    private final Set<String> lacks;
    private final Optional<Bytes> free;

    PoorHost(Host host, Set<String> lacks, Optional<Bytes> free) {
      super(host);
      this.lacks = lacks;
      this.free = free;
    }

    @Override
    public boolean hasProgram(String name) {
      return !lacks.contains(name) && super.hasProgram(name);
    }

    @Override
    public Kernel kernel() {
      return (Kernel)
          Proxy.newProxyInstance(
              Kernel.class.getClassLoader(),
              new Class<?>[] {Kernel.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("freeSpace") && free.isPresent()) {
                  return free.get();
                }
                try {
                  return method.invoke(super.kernel(), arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }
}
