package io.kairos.agent.state;

import io.kairos.base.Position;
import io.kairos.base.Refused;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.host.Host;
import java.io.PrintStream;

/** {@code kairos-agent state} and {@code kairos-agent state get QUERY}. */
public final class StateCommand {
  private final Host host;
  private final PrintStream out;

  public StateCommand(Host host, PrintStream out) {
    this.host = host;
    this.out = out;
  }

  /** Prints the whole document as YAML. */
  public void print() {
    out.print(Yaml.emit(YamlNode.of(NodeState.observe(host).tree(), Position.ofSource("state"))));
    out.flush();
  }

  /**
   * Prints one value, without a line end: scripts compare it.
   *
   * @param query a jq path without its leading dot
   */
  public void get(String query) {
    try {
      out.print(NodeState.observe(host).get(query));
      out.flush();
    } catch (IllegalArgumentException e) {
      throw new Refused(e.getMessage(), "kairos-agent state shows the whole document");
    }
  }
}
