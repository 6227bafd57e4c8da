package io.kairos.peers.yip;

import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A tiny system in a folder: busybox, users, and programs that only note how they were called. Two
 * of them are the same until something runs in one.
 */
final class ScratchSystem {
  static final String SEARCH_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  /** Where programs that are not real note their calls. */
  private static final String CALLS = "/var/calls";

  private static final List<String> APPLETS =
      List.of(
          "sh", "cat", "echo", "touch", "mkdir", "ls", "true", "false", "test", "[", "rm", "sort",
          "id", "grep", "sleep", "env", "chmod", "wc", "printf");
  private static final List<String> RECORDED =
      List.of(
          "systemctl",
          "systemd-firstboot",
          "modprobe",
          "udevadm",
          "apt-get",
          "dnf",
          "zypper",
          "apk",
          "pacman");
  private static final int CHARACTER_DEVICE = 0020000;

  /** Not part of what a stage does: the programs, the devices, and locks of account files. */
  private static final List<String> NOT_COMPARED =
      List.of("/bin", "/dev", "/etc/.pwd.lock", "/run/lock");

  private final Path root;

  private ScratchSystem(Path root) {
    this.root = root;
  }

  static ScratchSystem create(Path folder, Path yip) {
    try {
      Path root = Files.createDirectories(folder).toRealPath();
      var system = new ScratchSystem(root);
      for (String directory :
          List.of(
              "bin",
              "sbin",
              "usr/bin",
              "usr/sbin",
              "etc/systemd",
              "oem",
              "tmp",
              "run",
              "root",
              "home",
              "dev",
              "var/ran",
              "var/seen",
              "proc/sys/kernel",
              "sys",
              "system/oem")) {
        Files.createDirectories(root.resolve(directory));
        Files.setAttribute(root.resolve(directory), "unix:mode", 0755);
      }
      Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
      Files.copy(yip, root.resolve("bin/yip"));
      for (String applet : APPLETS) {
        Files.createSymbolicLink(root.resolve("bin").resolve(applet), Path.of("busybox"));
      }
      for (String program : RECORDED) {
        system.program(program, "#!/bin/sh\necho " + program + " \"$@\" >> " + CALLS + "\n");
      }
      LinuxHost.here().kernel().makeNode(root.resolve("dev/null"), CHARACTER_DEVICE | 0666, 1, 3);
      Files.setAttribute(root.resolve("dev/null"), "unix:mode", 0666);
      system.file(
          "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nold:x:1500:1500::/home/old:/bin/sh\n");
      system.file("/etc/group", "root:x:0:\nold:x:1500:\nadmin:x:1600:old\n");
      system.file("/etc/shadow", "root:*:1::::::\nold:$6$aa$bb:1:365:14:30:20000::\n");
      system.file("/etc/hosts", "127.0.0.1 boo\n::1 localhost\n");
      system.file("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
      system.file(
          "/etc/os-release",
          "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nID=debian\nVERSION_ID=\"13\"\n");
      system.file("/proc/sys/kernel/hostname", "node1\n");
      system.file("/proc/sys/kernel/osrelease", "6.1.0\n");
      system.file("/proc/sys/kernel/panic", "0");
      system.file("/proc/modules", "loop 1 0 - Live 0x0\n");
      return system;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void program(String name, String script) throws IOException {
    Path file = root.resolve("usr/bin").resolve(name);
    Files.writeString(file, script);
    Files.setAttribute(file, "unix:mode", 0755);
  }

  ScratchSystem file(String path, String text) {
    try {
      Path file = root.resolve(path.substring(1));
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
      Files.setAttribute(file, "unix:mode", 0644);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ScratchSystem files(Map<String, String> texts) {
    texts.forEach(this::file);
    return this;
  }

  ScratchSystem links(Map<String, String> targets) {
    targets.forEach(
        (path, target) -> {
          try {
            Path link = root.resolve(path.substring(1));
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, Path.of(target));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return this;
  }

  Path root() {
    return root;
  }

  /** Every file as one line: type, permissions, owner, and content. */
  SortedMap<String, String> facts() {
    SortedMap<String, String> facts = new TreeMap<>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
                throws IOException {
              if (NOT_COMPARED.contains(name(dir))) {
                return FileVisitResult.SKIP_SUBTREE;
              }
              facts.put(name(dir), "directory " + rights(dir));
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (NOT_COMPARED.contains(name(file))) {
                return FileVisitResult.CONTINUE;
              }
              facts.put(
                  name(file),
                  attributes.isSymbolicLink()
                      ? "link to " + Files.readSymbolicLink(file)
                      : "file " + rights(file) + " " + content(file));
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return facts;
  }

  private String name(Path path) {
    return "/" + root.relativize(path);
  }

  private static String rights(Path path) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
    return Integer.toOctalString((Integer) attributes.get("mode") & 07777)
        + " "
        + attributes.get("uid")
        + ":"
        + attributes.get("gid");
  }

  /** The salt of a password is chance. */
  private static String content(Path file) throws IOException {
    return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1)
        .replaceAll("\\$6\\$[^:]{20,}", "\\$6\\$…");
  }
}
