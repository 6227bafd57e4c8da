package io.kairos.dist.node;

import io.kairos.agent.image.PullImageCommand;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.host.Host;
import io.kairos.images.ImageSource;
import io.kairos.images.Platform;
import io.kairos.images.RegistryAccess;
import io.kairos.plan.ConsoleProgress;
import java.util.Map;

/** {@code kairos-agent pull-image}. */
record PullImageVerb(Host host, Console console, Map<String, String> environment) {
  Verb declared() {
    Option platform =
        Option.value("platform", "PLATFORM", "what the image is to run on")
            .orElse(Platform.linux(System.getProperty("os.arch")).toString());
    return Verb.named("pull-image")
        .summary("unpack an image into a directory")
        .description(
            """
            Fetches the image, checks all of it, and writes its files over the directory TARGET, which
            is made when it is not there. What the directory has besides stays. A failure leaves it as
            it was. Logins are those of docker and podman; mirrors are those of registries.yaml.
            Needs root.
            """)
        .argument(
            Argument.required("IMAGE", "of a registry, or ocifile:PATH of an archive or a layout"))
        .argument(Argument.required("TARGET", "a directory"))
        .option(platform)
        .option(AgentProgram.INSECURE)
        .example(
            "kairos-agent pull-image quay.io/kairos/ubuntu:24.04 /usr/local/image",
            "for this machine")
        .example(
            "kairos-agent pull-image --platform linux/arm64 debian:13 rootfs", "for another one")
        .runs(
            given -> {
              RegistryAccess access =
                  RegistryAccess.of(host, environment)
                      .allowingInsecure(given.has(AgentProgram.INSECURE));
              new PullImageCommand(host, access, ConsoleProgress.on(console.out()))
                  .run(
                      ImageSource.parse(given.word(0).orElseThrow()),
                      Platform.parse(given.require(platform)),
                      given.word(1).orElseThrow());
              return 0;
            });
  }
}
