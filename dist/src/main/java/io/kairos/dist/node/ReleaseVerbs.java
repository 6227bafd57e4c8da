package io.kairos.dist.node;

import io.kairos.agent.release.ListReleasesCommand;
import io.kairos.agent.release.OsReleaseVariables;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
import io.kairos.dist.cli.Verb;
import io.kairos.host.Host;
import io.kairos.images.ArtifactName;
import io.kairos.images.Registry;
import io.kairos.images.RegistryAccess;
import java.util.List;
import java.util.Map;

/** The commands of {@code kairos-agent} about releases and their names. */
record ReleaseVerbs(Host host, Console console, Map<String, String> environment) {
  private static final Option FLAVOR = part("flavor", "FLAVOR", "distribution: ubuntu");
  private static final Option FLAVOR_RELEASE =
      part("flavor-release", "FLAVOR_RELEASE", "its release: 24.04");
  private static final Option VARIANT = part("variant", "VARIANT", "core or standard");
  private static final Option MODEL = part("model", "MODEL", "hardware: generic, rpi4");
  private static final Option ARCH = part("arch", "TARGETARCH", "amd64, arm64 or riscv64");
  private static final Option VERSION = part("version", "RELEASE", "of Kairos: v3.2.1");
  private static final Option SOFTWARE =
      part("software-version", "SOFTWARE_VERSION", "of Kubernetes: v1.31.3+k3s1");
  private static final Option SOFTWARE_PREFIX =
      part("software-version-prefix", "SOFTWARE_VERSION_PREFIX", "k3s or k0s");
  private static final Option REGISTRY =
      part("registry-and-org", "REGISTRY_AND_ORG", "where images are kept: quay.io/kairos");
  private static final Option ID = part("id", "ID", "of a build: master");
  private static final Option GITHUB = part("github-repo", "GITHUB_REPO", "of the sources");
  private static final Option BUGS = part("bug-report-url", "BUG_REPORT_URL", "where bugs go");
  private static final Option HOME = part("project-home-url", "HOME_URL", "of the project");
  private static final Option FAMILY = part("family", "FAMILY", "of distributions: debian");

  private static Option part(String name, String variable, String help) {
    return Option.value(name, "TEXT", help).fromVariable(variable);
  }

  /** Below {@code upgrade}. */
  Verb listReleases() {
    Option registry =
        Option.value(
            "registry",
            "REGISTRY",
            "host and organisation (default: what the image says, or "
                + ListReleasesCommand.USUAL_REGISTRY
                + ")");
    Option pre = Option.flag("pre", "release candidates and the like too");
    Option all = Option.flag("all", "older releases too");
    Option output = Option.outputFormat();
    return Verb.named("list-releases")
        .summary("the images that this node could be upgraded to")
        .description(
            """
            Asks the providers, and when they know none the registry, for images of the flavour,
            variant, architecture and model that this node runs. The newest comes first.
            """)
        .option(registry)
        .option(pre)
        .option(all)
        .option(output)
        .example("kairos-agent upgrade list-releases", "what is newer than this node")
        .example("kairos-agent upgrade list-releases --all --pre", "everything that fits it")
        .example("kairos-agent upgrade list-releases --output json", "for programs")
        .seeAlso("kairos-agent upgrade --source oci:IMAGE")
        .runs(
            given -> {
              var images = new Registry(RegistryAccess.of(host, environment));
              new ListReleasesCommand(host, images::tags, environment, console.out(), console.err())
                  .run(
                      new ListReleasesCommand.Arguments(
                          given.value(registry),
                          given.has(all),
                          given.has(pre),
                          given.require(output).equals("json")));
              return 0;
            });
  }

  Verb versioneer() {
    var group =
        Verb.named("versioneer")
            .summary("what images and files of Kairos are called")
            .description(
                """
                Makes names of their parts, which options or variables give. For those who build
                images; a node tells its own names with 'kairos-agent upgrade list-releases'.
                """);
    for (Option option :
        List.of(
            FLAVOR,
            FLAVOR_RELEASE,
            VARIANT,
            MODEL,
            ARCH,
            VERSION,
            SOFTWARE,
            SOFTWARE_PREFIX,
            REGISTRY,
            ID,
            GITHUB,
            BUGS,
            HOME,
            FAMILY)) {
      group.option(option);
    }
    return group
        .example(
            "kairos-agent versioneer bootable-artifact-name --flavor ubuntu --flavor-release 24.04"
                + " --variant core --arch amd64 --model generic --version v3.2.1",
            "kairos-ubuntu-24.04-core-amd64-generic-v3.2.1")
        .verb(
            name(
                "container-artifact-name",
                "full name of the image: REGISTRY/FLAVOR:TAG",
                given -> artifact(given).container(text(given, REGISTRY))))
        .verb(
            name(
                "bootable-artifact-name",
                "name of ISO and disk images, without its ending",
                given -> artifact(given).bootable()))
        .verb(
            name(
                "base-container-artifact-name",
                "full name of the image that versions are built on",
                given -> artifact(given).baseContainer(text(given, REGISTRY), text(given, ID))))
        .verb(
            Verb.named("os-release-variables")
                .summary("what the image says of itself: KAIROS_… lines")
                .example(
                    "kairos-agent versioneer os-release-variables >> /etc/os-release",
                    "in a container build, with the variables set")
                .runs(
                    given -> {
                      console.out().print(variables(given).render());
                      console.out().flush();
                      return 0;
                    }))
        .group();
  }

  /** Makes a name of what a user gave. */
  @FunctionalInterface
  private interface Naming {
    String of(Parameters given);
  }

  private Verb name(String verb, String summary, Naming naming) {
    return Verb.named(verb)
        .summary(summary)
        .runs(
            given -> {
              console.out().println(naming.of(given));
              return 0;
            });
  }

  private static ArtifactName artifact(Parameters given) {
    return new ArtifactName(
        text(given, FLAVOR),
        text(given, FLAVOR_RELEASE),
        text(given, VARIANT),
        text(given, ARCH),
        text(given, MODEL),
        text(given, VERSION),
        text(given, SOFTWARE_PREFIX),
        text(given, SOFTWARE));
  }

  private static OsReleaseVariables variables(Parameters given) {
    return new OsReleaseVariables(
        artifact(given),
        text(given, REGISTRY),
        text(given, FAMILY),
        text(given, GITHUB),
        text(given, BUGS),
        text(given, HOME));
  }

  private static String text(Parameters given, Option option) {
    return given.value(option).orElse("");
  }
}
