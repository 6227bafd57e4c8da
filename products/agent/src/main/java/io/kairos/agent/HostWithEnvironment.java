package io.kairos.agent;

import io.kairos.host.Command;
import io.kairos.host.ForwardingHost;
import io.kairos.host.Host;
import io.kairos.host.Output;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A machine whose programs all see the variables of the configuration keys {@code env}. */
public final class HostWithEnvironment extends ForwardingHost {
  private final Map<String, String> variables;

  private HostWithEnvironment(Host host, Map<String, String> variables) {
    super(host);
    this.variables = variables;
  }

  /**
   * @param assignments {@code NAME=value}; anything else is passed over
   */
  public static Host of(Host host, List<String> assignments) {
    Map<String, String> variables = new TreeMap<>();
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      if (equals > 0) {
        variables.put(assignment.substring(0, equals), assignment.substring(equals + 1));
      }
    }
    return variables.isEmpty() ? host : new HostWithEnvironment(host, variables);
  }

  @Override
  public Output run(Command command) {
    Command with = command;
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      if (!command.environment().containsKey(variable.getKey())) {
        with = with.env(variable.getKey(), variable.getValue());
      }
    }
    return super.run(with);
  }
}
