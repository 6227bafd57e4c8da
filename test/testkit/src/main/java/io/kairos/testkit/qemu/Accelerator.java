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

/**
 * How QEMU runs the instructions of a machine.
 *
 * @param name {@code kvm} or {@code tcg}
 * @param reason why this one
 */
public record Accelerator(String name, String reason) {
  /** Variable that decides without a probe. */
  public static final String VARIABLE = "KAIROS_QEMU_ACCEL";

  /**
   * A boot sector: {@code mov al,0x10; out 0xf4,al; hlt}. QEMU's isa-debug-exit device at that port
   * ends the machine with exit code {@code 2 * value + 1}.
   */
  private static final int[] PROBE = {0xb0, 0x10, 0xe6, 0xf4, 0xf4};

  private static final int PROBE_ANSWER = 2 * 0x10 + 1;
  private static final int SECTOR = 512;

  /**
   * KVM when it really boots something within seconds; a device node that opens is not enough where
   * virtual machines are nested.
   */
  public static Accelerator choose(Host host, Map<String, String> environment) {
    String wish = environment.getOrDefault(VARIABLE, "");
    if (!wish.isEmpty()) {
      return new Accelerator(wish, VARIABLE + " says so");
    }
    Path device = Path.of("/dev/kvm");
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      return new Accelerator("tcg", "/dev/kvm is not there for this user");
    }
    return boots(host, "kvm")
        ? new Accelerator("kvm", "it booted the probe")
        : new Accelerator("tcg", "KVM did not boot the probe");
  }

  /** Whether a boot sector runs to its end with this accelerator. */
  static boolean boots(Host host, String accelerator) {
    Path disk = null;
    try {
      disk = Files.createTempFile("kairos-probe", ".img");
      byte[] sector = new byte[SECTOR];
      for (int i = 0; i < PROBE.length; i++) {
        sector[i] = (byte) PROBE[i];
      }
      sector[SECTOR - 2] = 0x55;
      sector[SECTOR - 1] = (byte) 0xaa;
      Files.write(disk, sector);
      host.run(
          Command.of("qemu-system-x86_64", "-accel", accelerator)
              .with("-display", "none", "-nodefaults", "-no-reboot")
              .with("-device", "isa-debug-exit,iobase=0xf4,iosize=0x04")
              .with("-drive", "format=raw,file=" + disk)
              .within(Duration.ofSeconds(10))
              .expecting(PROBE_ANSWER));
      return true;
    } catch (HostFailure ended) {
      return false;
    } catch (IOException e) {
      throw new HostFailure("cannot write the accelerator probe", e);
    } finally {
      delete(disk);
    }
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot delete " + file, e);
    }
  }

  public boolean isEmulated() {
    return name.startsWith("tcg");
  }

  List<String> arguments() {
    return isEmulated()
        ? List.of("-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max")
        : List.of("-accel", name, "-cpu", "host");
  }
}
