package io.kairos.agent.phonehome;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The service that phones home, in the words of the machine's service manager. */
public final class PhoneHomeService {
  private static final String NAME = "kairos-agent-phonehome";
  private static final String UNIT = "/etc/systemd/system/" + NAME + ".service";
  private static final String SCRIPT = "/etc/init.d/" + NAME;

  private final Host host;
  private final boolean isOpenRc;

  public PhoneHomeService(Host host) {
    this.host = host;
    this.isOpenRc = Files.isDirectory(host.path("/run/openrc"));
  }

  /**
   * Has it run from now on. Returns before it does, so that no boot waits for a server.
   *
   * @throws HostFailure when the service manager refuses
   */
  public void enable() {
    if (isOpenRc) {
      write(SCRIPT, "kairos-agent-phonehome.openrc", "rwxr-xr-x");
      host.run(Command.of("rc-update", "add", NAME, "default"));
      host.run(Command.of("rc-service", NAME, "start"));
    } else {
      write(UNIT, "kairos-agent-phonehome.service", "rw-r--r--");
      host.run(Command.of("systemctl", "daemon-reload"));
      host.run(Command.of("systemctl", "enable", NAME));
      host.run(Command.of("systemctl", "--no-block", "start", NAME));
    }
  }

  /**
   * Has it run never more.
   *
   * @return a line for each thing that was done
   */
  List<String> remove(boolean stops) {
    String file = isOpenRc ? SCRIPT : UNIT;
    Path real = host.resolved(file);
    if (!Files.exists(real)) {
      return List.of();
    }
    List<String> said = new ArrayList<>();
    if (stops) {
      if (isOpenRc) {
        manage("rc-service", NAME, "stop");
      } else {
        manage("systemctl", "stop", NAME);
      }
      said.add("stopped " + NAME);
    }
    if (isOpenRc) {
      manage("rc-update", "del", NAME, "default");
    } else {
      manage("systemctl", "disable", NAME);
    }
    new DurableFile(host.kernel()).delete(real);
    said.add("deleted " + file);
    if (!isOpenRc) {
      manage("systemctl", "daemon-reload");
    }
    return said;
  }

  /** What is stopped or disabled already is no failure. */
  private void manage(String... words) {
    host.run(Command.of(words).expecting(0, 1, 5));
  }

  private void write(String path, String resource, String permissions) {
    try (InputStream in = PhoneHomeService.class.getResourceAsStream(resource)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      new DurableFile(host.kernel()).write(host.resolved(path), text, permissions);
    } catch (IOException e) {
      throw new HostFailure("cannot read the resource " + resource, e);
    }
  }
}
