package io.kairos.host;

import java.nio.file.Path;
import java.time.Clock;

/** A host that is another one but for what a subclass overrides. */
public abstract class ForwardingHost implements Host {
  private final Host host;

  protected ForwardingHost(Host host) {
    this.host = host;
  }

  @Override
  public Path path(String absolute) {
    return host.path(absolute);
  }

  @Override
  public Path resolved(String absolute) {
    return host.resolved(absolute);
  }

  @Override
  public Output run(Command command) {
    return host.run(command);
  }

  @Override
  public boolean hasProgram(String name) {
    return host.hasProgram(name);
  }

  @Override
  public Kernel kernel() {
    return host.kernel();
  }

  @Override
  public Clock clock() {
    return host.clock();
  }
}
