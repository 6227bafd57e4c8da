package io.kairos.dist.node;

import io.kairos.agent.interactive.InteractiveInstallCommand;
import io.kairos.agent.webui.WebUiCommand;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.host.Host;
import java.util.List;
import java.util.Map;

/** The faces of {@code kairos-agent manual-install}. */
record InstallerVerbs(Host host, Console console, Map<String, String> environment) {
  List<Verb> all() {
    return List.of(webUi(), interactiveInstall());
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

  private Verb interactiveInstall() {
    var shell = Option.flag("shell", "open a shell when the machine is installed");
    var source = Option.value("source", "IMAGE", "image to install instead of the medium's");
    return Verb.named("interactive-install")
        .summary("ask at this terminal what to install, and install it")
        .description(
            """
            Asks for a disk, and if one likes for a user, SSH keys and what the providers want to know.
            On a terminal that can only print it takes whole lines. An installer of the image runs in
            its place: that of KAIROS_INSTALLER, /system/installer/installer or
            /system/installer/kairos-installer. Needs root.
            """)
        .option(shell)
        .option(source)
        .example("kairos-agent interactive-install", "asks, and installs")
        .example("TERM=dumb kairos-agent interactive-install", "with whole lines")
        .seeAlso("kairos-agent webui")
        .seeAlso("kairos-agent manual-install")
        .runs(
            given ->
                new InteractiveInstallCommand(
                        host, environment, System.in, console.out(), console.err())
                    .run(given.value(source), given.has(shell)));
  }
}
