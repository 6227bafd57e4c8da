package io.kairos.dist.node;

import io.kairos.agent.extension.ExtensionCommand;
import io.kairos.agent.extension.ExtensionInstallCommand;
import io.kairos.boot.ExtensionKind;
import io.kairos.boot.ExtensionProfile;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
import io.kairos.dist.cli.Verb;
import io.kairos.host.Host;
import io.kairos.images.RegistryAccess;
import io.kairos.plan.ConsoleProgress;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code kairos-agent sysext} and {@code kairos-agent confext}. */
record ExtensionVerbs(Host host, Console console, Map<String, String> environment) {
  private static final Map<ExtensionProfile, Option> PROFILES =
      new EnumMap<>(
          Map.of(
              ExtensionProfile.ACTIVE, Option.flag("active", "boots of the active system"),
              ExtensionProfile.PASSIVE, Option.flag("passive", "boots of the passive system"),
              ExtensionProfile.RECOVERY, Option.flag("recovery", "boots of the recovery system"),
              ExtensionProfile.COMMON, Option.flag("common", "every boot")));
  private static final Argument NAME =
      Argument.required("EXTENSION", "its name, or a regular expression for a part of it");

  List<Verb> all() {
    return Arrays.stream(ExtensionKind.values()).map(this::verb).toList();
  }

  private Verb verb(ExtensionKind kind) {
    return Verb.named(kind.word())
        .summary(
            kind == ExtensionKind.SYSEXT
                ? "images that are laid over /usr and /opt of this node"
                : "images that are laid over /etc of this node")
        .description(
            """
            The node keeps extensions in %s, files that end in .raw. An enabled one is
            loaded by the boots that it is enabled for; --now loads or unloads it in this boot too.
            """
                .formatted(kind.store()))
        .verb(list(kind))
        .verb(enable(kind))
        .verb(disable(kind))
        .verb(install(kind))
        .verb(remove(kind))
        .group();
  }

  private ExtensionCommand command(ExtensionKind kind) {
    return new ExtensionCommand(host, kind, console.out());
  }

  private static String line(ExtensionKind kind, String rest) {
    return "kairos-agent " + kind.word() + " " + rest;
  }

  private static List<ExtensionProfile> profiles(Parameters given) {
    return PROFILES.entrySet().stream()
        .filter(option -> given.has(option.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Option now(String help) {
    return Option.flag("now", help);
  }

  private Verb list(ExtensionKind kind) {
    Verb.Builder verb =
        Verb.named("list").summary("the extensions of this node, or those of a kind of boot");
    verb.options(PROFILES.values());
    return verb.option(AgentProgram.OUTPUT)
        .example(line(kind, "list"), "name, size, for which boots, whether this one has it")
        .example(line(kind, "list --active"), "what the active system loads")
        .example(line(kind, "list --output json"), "for programs")
        .runs(
            given -> {
              List<ExtensionProfile> named = profiles(given);
              command(kind)
                  .list(
                      named.isEmpty() ? Optional.empty() : Optional.of(ExtensionCommand.one(named)),
                      given.require(AgentProgram.OUTPUT).equals("json"));
              return 0;
            });
  }

  private Verb enable(ExtensionKind kind) {
    Option now = now("load it in this boot too, if it is of that kind");
    Verb.Builder verb =
        Verb.named("enable")
            .summary("let a kind of boot load an extension")
            .description(
                """
                An extension that cannot be loaded now is not enabled either. Needs root.
                """)
            .argument(NAME);
    verb.options(PROFILES.values());
    return verb.option(now)
        .example(line(kind, "enable tools --common --now"), "now and at every boot")
        .example(line(kind, "enable tools.raw --active"), "not when the passive system runs")
        .runs(
            given -> {
              command(kind)
                  .enable(
                      given.word(0).orElseThrow(),
                      ExtensionCommand.one(profiles(given)),
                      given.has(now));
              return 0;
            });
  }

  private Verb disable(ExtensionKind kind) {
    Option now = now("unload it in this boot too, if nothing else enables it");
    Verb.Builder verb =
        Verb.named("disable")
            .summary("let a kind of boot do without an extension")
            .description("The file stays. Needs root.\n")
            .argument(NAME);
    verb.options(PROFILES.values());
    return verb.option(now)
        .example(line(kind, "disable tools --common --now"), "as if it had never been enabled")
        .runs(
            given -> {
              command(kind)
                  .disable(
                      given.word(0).orElseThrow(),
                      ExtensionCommand.one(profiles(given)),
                      given.has(now));
              return 0;
            });
  }

  private Verb install(ExtensionKind kind) {
    Option sha256 = Option.value("sha256", "HEX", "what the file has to have, else it is refused");
    return Verb.named("install")
        .summary("bring an extension to this node")
        .description(
            """
            Brings a file, or all files of an image that end in .raw, and enables none. A file is in its
            place when it is whole and verified; one of the same name is replaced. Images are verified by
            their digest, and by their signature where the configuration has cosign: true. Needs root.
            """)
        .argument(
            Argument.required(
                "SOURCE", "oci:IMAGE, ocifile:PATH, file:PATH, http://… or https://…"))
        .option(sha256)
        .option(AgentProgram.INSECURE)
        .example(line(kind, "install oci:registry.example/ext/tools:1.0"), "of a registry")
        .example(
            line(kind, "install https://example.com/tools.raw --sha256 9f86…"), "of a web server")
        .seeAlso(line(kind, "enable"))
        .runs(
            given -> {
              new ExtensionInstallCommand(
                      host,
                      kind,
                      RegistryAccess.of(host, environment)
                          .allowingInsecure(given.has(AgentProgram.INSECURE)),
                      ConsoleProgress.on(console.out()),
                      console.out())
                  .run(given.word(0).orElseThrow(), given.value(sha256));
              return 0;
            });
  }

  private Verb remove(ExtensionKind kind) {
    Option now = now("unload it in this boot too");
    return Verb.named("remove")
        .summary("remove an extension from this node")
        .description("Disables it for every boot, then removes its file. Needs root.\n")
        .argument(NAME)
        .option(now)
        .example(line(kind, "remove tools --now"), "nothing is left of it")
        .runs(
            given -> {
              command(kind).remove(given.word(0).orElseThrow(), given.has(now));
              return 0;
            });
  }
}
