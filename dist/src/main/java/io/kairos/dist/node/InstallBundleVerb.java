package io.kairos.dist.node;

import io.kairos.agent.bundle.InstallBundleCommand;
import io.kairos.config.BundleConfig;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.host.Host;
import io.kairos.images.RegistryAccess;
import java.util.List;
import java.util.Map;

/** {@code kairos-agent install-bundle}. */
record InstallBundleVerb(Host host, Console console, Map<String, String> environment) {
  Verb declared() {
    Option repository =
        Option.value("repository", "REPOSITORY", "where packages come from")
            .orElse(BundleConfig.USUAL_REPOSITORY)
            .fromVariable("REPOSITORY");
    Option root = Option.value("root-path", "FOLDER", "what files are laid over").orElse("/");
    Option local =
        Option.flag("local-file", "the target is an archive of the image, by its path")
            .fromVariable("LOCAL_FILE");
    return Verb.named("install-bundle")
        .summary("lay the files of an image over this node, or run its script")
        .description(
            """
            container:// lays the files of an image over the root path; run:// unpacks it to a folder
            for a while and runs its run.sh there; package:// lets luet install a package. The
            configuration has the same as bundles: and install.bundles. Needs root.
            """)
        .argument(Argument.required("BUNDLE", "scheme://reference"))
        .option(repository)
        .option(root)
        .option(local)
        .option(AgentProgram.INSECURE)
        .example(
            "kairos-agent install-bundle container://quay.io/me/tools:1 --root-path /usr/local",
            "its files, where they are kept")
        .example("kairos-agent install-bundle run:///tmp/setup.tar --local-file", "of an archive")
        .seeAlso("kairos-agent sysext install")
        .runs(
            given -> {
              new InstallBundleCommand(
                      host,
                      RegistryAccess.of(host, environment)
                          .allowingInsecure(given.has(AgentProgram.INSECURE)),
                      console.out())
                  .run(
                      new BundleConfig(
                          List.of(given.word(0).orElseThrow()),
                          given.require(repository),
                          given.require(root),
                          BundleConfig.USUAL_DATABASE,
                          given.has(local)));
              return 0;
            });
  }
}
