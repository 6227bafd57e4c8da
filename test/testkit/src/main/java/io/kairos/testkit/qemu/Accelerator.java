package io.kairos.testkit.qemu;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How QEMU runs the instructions of a machine.
 *
 * @param name {@code kvm} or {@code tcg}
 * @param reason why this one
 */
public record Accelerator(String name, String reason) {
  /** Variable that decides without a probe. */
  public static final String VARIABLE = "KAIROS_QEMU_ACCEL";

  /** What a kernel without a root says at its end: then it has done nearly all that it does. */
  private static final Pattern ANSWER = Pattern.compile("Kernel panic - not syncing: VFS");

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** Once may be luck where virtual machines are nested. */
  private static final int TRIES = 3;

  /**
   * KVM when it really boots the kernel in question within seconds, each time. A device node that
   * opens, or a boot sector that runs, is not enough where virtual machines are nested: stock
   * kernels were seen to hang where both worked.
   *
   * @param iso whose {@code /boot/kernel} is tried
   */
  public static Accelerator choose(Host host, Map<String, String> environment, Path iso) {
    String wish = environment.getOrDefault(VARIABLE, "");
    if (!wish.isEmpty()) {
      return new Accelerator(wish, VARIABLE + " says so");
    }
    Path device = Path.of("/dev/kvm");
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      return new Accelerator("tcg", "/dev/kvm is not there for this user");
    }
    var kvm = new Accelerator("kvm", "it booted the kernel of the ISO");
    return kvm.boots(host, iso)
        ? kvm
        : new Accelerator(
            "tcg", "KVM did not boot the kernel of the ISO within " + PATIENCE.toSeconds() + " s");
  }

  /** Whether the kernel of an ISO runs to its end on a machine like those that we start. */
  boolean boots(Host host, Path iso) {
    try {
      Path scratch = Files.createTempDirectory("kairos-probe");
      try {
        Path kernel = IsoFiles.extract(host, iso, "/boot/kernel", scratch.resolve("kernel"));
        for (int i = 0; i < TRIES; i++) {
          if (!saysAnswer(host, kernel, scratch.resolve("serial" + i + ".log"))) {
            return false;
          }
        }
        return true;
      } finally {
        delete(scratch);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot prepare the accelerator probe", e);
    }
  }

  private boolean saysAnswer(Host host, Path kernel, Path serial) {
    try {
      host.run(
          Command.of("qemu-system-x86_64", "-machine", "q35")
              .with(arguments().toArray(String[]::new))
              .with("-smp", "2", "-m", "512", "-display", "none", "-nodefaults", "-no-reboot")
              .with("-serial", "file:" + serial, "-kernel", kernel.toString())
              .with("-append", "console=ttyS0 panic=-1")
              .within(PATIENCE));
    } catch (HostFailure notWithKvm) {
      return false;
    }
    return new SerialLog(serial).contains(ANSWER);
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  public boolean isEmulated() {
    return name.startsWith("tcg");
  }

  List<String> arguments() {
    return arguments(name);
  }

  private static List<String> arguments(String name) {
    return name.startsWith("tcg")
        ? List.of("-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max")
        : List.of("-accel", name, "-cpu", "host");
  }
}
