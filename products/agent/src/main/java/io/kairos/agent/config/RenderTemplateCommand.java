package io.kairos.agent.config;

import io.kairos.agent.state.NodeState;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.config.CloudConfigFiles;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.formats.gotemplate.GoTemplate;
import io.kairos.host.Host;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code kairos-agent render-template}: a Go template over the node's configuration, {@code
 * .Config}, and its state, {@code .State}.
 */
public final class RenderTemplateCommand {
  private final Host host;
  private final PrintStream out;
  private final PrintStream err;

  public RenderTemplateCommand(Host host, PrintStream out, PrintStream err) {
    this.host = host;
    this.out = out;
    this.err = err;
  }

  /**
   * @throws InvalidConfig when the template is malformed or fails
   */
  public void run(String file) {
    String text = CloudConfigFiles.read(host, Path.of(file).toAbsolutePath().toString());
    Config config = new Collector(host).directories(Collector.USER_DIRECTORIES).collect();
    config.failures().forEach(problem -> err.println("WARNING: " + problem.render()));
    Supplier<Object> state = () -> NodeState.observe(host).tree();
    try {
      out.print(
          GoTemplate.parse(text)
              .render(
                  Map.of("Config", config.tree(), "State", state), GoTemplate.MissingKey.NO_VALUE));
      out.flush();
    } catch (InvalidConfig e) {
      throw new InvalidConfig(Problem.of("cannot render " + file + ": " + e.getMessage()));
    }
  }
}
