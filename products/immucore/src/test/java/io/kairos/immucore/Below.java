package io.kairos.immucore;

import io.kairos.host.ForwardingHost;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import java.nio.file.Path;

/** Paths below a scratch root, commands of this machine. */
class Below extends ForwardingHost {
  private final Host paths;

  Below(LinuxHost machine, Path root) {
    super(machine);
    this.paths = machine.at(root);
  }

  @Override
  public Path path(String absolute) {
    return paths.path(absolute);
  }

  @Override
  public Path resolved(String absolute) {
    return paths.resolved(absolute);
  }

  @Override
  public boolean hasProgram(String name) {
    return !name.equals("lvm") && super.hasProgram(name);
  }
}
