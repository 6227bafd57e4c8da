package io.kairos.config;

import io.kairos.base.HostFailure;
import io.kairos.formats.cmdline.ShellWords;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.time.Duration;

/** A device that a program chooses: {@code script://PROGRAM ARGUMENT…} prints its path. */
public final class DeviceScript {
  private static final String SCHEME = "script://";
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private DeviceScript() {}

  /**
   * The path that the program prints; any other text is the path already.
   *
   * @throws HostFailure when it cannot run, fails, or prints nothing
   */
  public static String resolve(Host host, String device) {
    if (!device.startsWith(SCHEME)) {
      return device;
    }
    ShellWords words = ShellWords.split(device.substring(SCHEME.length()));
    if (words.words().isEmpty() || !words.isComplete()) {
      throw new HostFailure("'" + device + "' names no program that could choose a device");
    }
    String path = host.run(Command.of(words.words()).within(DEADLINE)).text();
    if (path.isEmpty()) {
      throw HostFailure.withRemedy(
          "the output of '" + device + "' is empty, so no device is chosen",
          "let the script print the path of a device, such as /dev/sda");
    }
    return path;
  }
}
