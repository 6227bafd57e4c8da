package io.kairos.dist.workshop;

import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Digest;
import io.kairos.images.ImageReference;
import io.kairos.images.OciLayout;
import io.kairos.images.Registry;
import io.kairos.images.RegistryAccess;
import java.nio.file.Path;
import java.util.Map;

/** {@code push}: the image of a layout goes to a registry, where nodes upgrade from. */
final class PushVerb {
  private static final Option INSECURE =
      Option.flag("allow-insecure-registries", "plain HTTP, and any certificate");

  private final LinuxHost host;
  private final Console console;
  private final Map<String, String> environment;

  PushVerb(LinuxHost host, Console console, Map<String, String> environment) {
    this.host = host;
    this.console = console;
    this.environment = environment;
  }

  Verb verb() {
    return Verb.named("push")
        .summary("publish an image in a registry, for nodes to upgrade to")
        .description(
            """
            Sends what the registry does not have yet, with the logins of docker or podman. An image
            that was converted with --compression zstd is one of which nodes fetch only new files.
            """)
        .argument(Argument.required("LAYOUT", "the folder that kairos convert wrote"))
        .argument(Argument.required("REFERENCE", "as in registry.example/os/debian:1.2.3"))
        .option(INSECURE)
        .example("kairos push image registry.example/os/debian:1.2.3", "the image in ./image")
        .seeAlso("kairos convert")
        .runs(
            given -> {
              Path layout = Path.of(given.word(0).orElseThrow());
              ImageReference reference = ImageReference.parse(given.word(1).orElseThrow());
              RegistryAccess access =
                  RegistryAccess.of(host, environment).allowingInsecure(given.has(INSECURE));
              Digest digest =
                  new Registry(access).push(OciLayout.open(layout).image(), layout, reference);
              console.out().println("pushed  " + reference);
              console.out().println("digest  " + digest);
              return 0;
            });
  }
}
