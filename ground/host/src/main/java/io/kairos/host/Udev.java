package io.kairos.host;

import java.time.Duration;

/** The device manager of systems that have one (udevadm(8)). */
public final class Udev {
  private Udev() {}

  /**
   * Waits until it has handled what the kernel has told so far, or gives up after half a minute:
   * slow events of other devices are nobody's concern. Nothing to wait for where there is no udev.
   *
   * @throws HostFailure when it does not end at all
   */
  public static void settle(Host host) {
    if (host.hasProgram("udevadm")) {
      host.run(
          Command.of("udevadm", "settle", "--timeout=30")
              .expecting(0, 1)
              .within(Duration.ofSeconds(40)));
    }
  }
}
