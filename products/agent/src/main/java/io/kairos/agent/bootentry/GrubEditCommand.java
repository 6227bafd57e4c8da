package io.kairos.agent.bootentry;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.boot.GrubVariables;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/** {@code kairos-agent grubedit}: the variables that a boot menu reads. */
public final class GrubEditCommand {
  private final GrubVariables variables;
  private final PrintStream out;

  /**
   * @param file of the environment block; a relative path counts from the working directory
   */
  public GrubEditCommand(Host host, String file, PrintStream out) {
    String absolute = Path.of(file).toAbsolutePath().normalize().toString();
    this.variables = new GrubVariables(host.kernel(), host.resolved(absolute));
    this.out = out;
  }

  /** All of them, by name. A file that is not there has none. */
  public void print(boolean asJson) {
    Map<String, String> all = variables.read();
    if (asJson) {
      out.println(Json.pretty(all));
    } else {
      all.forEach((name, value) -> out.println(name + "=" + value));
    }
    out.flush();
  }

  /**
   * @param assignment {@code KEY=VALUE}; without a value the variable is removed
   * @throws InvalidConfig when it is none, or does not fit; the file is then as before
   */
  public void set(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals <= 0) {
      throw new InvalidConfig(
          Problem.of("key=value argument must be in the format KEY=VALUE")
              .withRemedy("kairos-agent grubedit set extra_cmdline=quiet"));
    }
    variables.set(Map.of(assignment.substring(0, equals), assignment.substring(equals + 1)));
  }
}
