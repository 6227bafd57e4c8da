package io.kairos.dist.node;

import io.kairos.agent.webui.WebUiCommand;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Verb;
import io.kairos.host.Host;
import java.util.List;
import java.util.Map;

/** The faces of {@code kairos-agent manual-install}. */
record InstallerVerbs(Host host, Console console, Map<String, String> environment) {
  List<Verb> all() {
    return List.of(webUi());
  }

  private Verb webUi() {
    return Verb.named("webui")
        .alias("w")
        .summary("serve the web installer until it is stopped")
        .description(
            """
            Prints an address with a token that is new each time. Whoever opens it in a browser
            chooses a disk, checks a cloud-config, and installs this machine with it. Address and
            whether it runs at all are webui.listen_address (usually :8080) and webui.disable in
            /etc/kairos/agent.yaml. Installing needs root.
            """)
        .example("kairos-agent webui", "prints http://ADDRESS:8080/?token=…")
        .seeAlso("kairos-agent manual-install")
        .runs(
            given -> {
              new WebUiCommand(host, environment, console.out(), console.err()).run();
              return 0;
            });
  }
}
