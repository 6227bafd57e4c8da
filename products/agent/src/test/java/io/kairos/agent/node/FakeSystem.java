package io.kairos.agent.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The smallest tree that passes for a system image. */
public final class FakeSystem {
  private FakeSystem() {}

  public static Path in(Path root) throws IOException {
    write(root, "boot/vmlinuz-6.12", "kernel\n");
    Files.createSymbolicLink(root.resolve("boot/vmlinuz"), Path.of("vmlinuz-6.12"));
    write(root, "boot/initrd", "initramfs\n");
    write(root, "etc/os-release", "ID=debian\nVERSION_ID=\"13\"\n");
    write(
        root, "etc/kairos-release", "GRUB_ENTRY_NAME=\"Kairos of the test\"\nKAIROS_VERSION=v2\n");
    write(root, "etc/cos/grub.cfg", "set timeout=10\n# console=tty1\n");
    write(root, "etc/cos/bootargs.cfg", "set kernel=/boot/vmlinuz\n");
    write(root, "usr/bin/tool", "#!/bin/sh\n");
    Files.setPosixFilePermissions(
        root.resolve("usr/bin/tool"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createLink(root.resolve("usr/bin/same-tool"), root.resolve("usr/bin/tool"));
    for (String module : List.of("loopback", "squash4", "xzio", "gzio", "regexp")) {
      write(root, "usr/lib/grub/x86_64-efi/" + module + ".mod", module);
    }
    write(root, "usr/lib/grub/i386-pc/modinfo.sh", "");
    write(root, "usr/share/grub/unicode.pf2", "font");
    write(root, "etc/alternatives/shim", "shim");
    Files.createDirectories(root.resolve("usr/lib/shim"));
    Files.createSymbolicLink(
        root.resolve("usr/lib/shim/shimx64.efi.signed"), Path.of("/etc/alternatives/shim"));
    write(
        root,
        "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
        "MZ\0\0prefix\0/EFI/debian\0more");
    write(root, "proc/1/status", "not copied\n");
    write(root, "tmp/junk", "not copied\n");
    return root;
  }

  private static void write(Path root, String file, String content) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }
}
