package io.kairos.dist.node;

import io.kairos.agent.config.ConfigCommand;
import io.kairos.agent.config.RenderTemplateCommand;
import io.kairos.agent.config.ValidateCommand;
import io.kairos.config.HttpFetcher;
import io.kairos.config.ProviderSchemas;
import io.kairos.config.SchemaDocument;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import io.kairos.stages.StagesCheck;
import java.util.List;
import java.util.Optional;

/** The commands of {@code kairos-agent} that read configurations and change nothing. */
record ConfigVerbs(Host host, Console console) {
  List<Verb> all() {
    return List.of(config(), validate(), printSchema(), renderTemplate());
  }

  private static Option output(String text) {
    return Option.value("output", "FORMAT", "how the result is printed")
        .also("o")
        .oneOf(text, "json")
        .orElse(text);
  }

  private Verb config() {
    Option output = output("yaml");
    return Verb.named("config")
        .alias("c")
        .summary("the configuration of this node: all cloud-configs merged")
        .description(
            """
            Reads /run/initramfs/live, /etc/kairos, /usr/local/cloud-config and /oem in this order;
            later files win, maps merge, lists join. What a config_url leads to is merged over the
            file that names it. The comments at the top of the result name its sources.
            """)
        .option(output)
        .example("kairos-agent config", "the merged cloud-config")
        .example("kairos-agent config get install.device", "one value of it")
        .seeAlso("kairos-agent validate FILE")
        .verb(get())
        .runs(
            given -> {
              new ConfigCommand(host, console.out(), console.err())
                  .print(given.require(output).equals("json"));
              return 0;
            });
  }

  private Verb get() {
    Option output = output("yaml");
    return Verb.named("get")
        .alias("g")
        .summary("what a query finds in the configuration")
        .description(
            """
            QUERY is a path, or any query of jq that only reads. The leading dot may be missing, and
            names may hold dashes: k3s-agent.args. What is not there prints nothing. Without QUERY
            everything is printed.
            """)
        .argument(Argument.optional("QUERY", "a path or a jq query"))
        .option(output)
        .example("kairos-agent config get users[0].name", "a value")
        .example("kairos-agent config get 'users[].name'", "the same of each user")
        .example(
            "kairos-agent config get '.users[] | select(.groups | index(\"admin\")) | .name'",
            "who may administer")
        .example("kairos-agent config get 'install.device // \"auto\"'", "with a default")
        .runs(
            given -> {
              new ConfigCommand(host, console.out(), console.err())
                  .get(
                      given.word(0).orElse(""),
                      given.has(AgentProgram.STRICT),
                      given.require(output).equals("json"));
              return 0;
            });
  }

  private Verb validate() {
    Option output = output("text");
    return Verb.named("validate")
        .summary("what is wrong with a cloud-config, before it is used")
        .description(
            """
            Tells every problem with its file, line and column: YAML, unknown keys, values of the
            wrong kind, stages and their steps, and what an installation would refuse. Prints nothing
            and succeeds when there is none. With --strict-validation warnings are errors.
            """)
        .argument(
            Argument.required(
                "SOURCE", "a file, a directory, a URL, '-' for standard input, or the text itself"))
        .option(output)
        .example("kairos-agent validate config.yaml", "before it goes onto a medium")
        .example("kairos-agent validate --output json https://example.com/c.yaml", "for programs")
        .seeAlso("kairos-agent print-schema")
        .runs(
            given ->
                new ValidateCommand(
                        host, new HttpFetcher(), System.in, console.out(), console.err())
                    .run(
                        given.word(0).orElseThrow(),
                        given.has(AgentProgram.STRICT),
                        given.require(output).equals("json")));
  }

  private Verb printSchema() {
    Option version =
        Option.value("version", "VERSION", "version that the schema names; ours by default");
    return Verb.named("print-schema")
        .summary("the JSON schema of cloud-configs, for editors")
        .description(
            """
            Editors with a YAML language server complete and check a cloud-config that begins with
            the line: # yaml-language-server: $schema=PATH-OF-THE-SCHEMA
            Providers of this machine add their keys by files in /usr/share/kairos/schema.d.
            """)
        .option(version)
        .example("kairos-agent print-schema > schema.json", "a file for your editor")
        .seeAlso("kairos-agent validate FILE")
        .runs(
            given -> {
              Optional<String> named =
                  given.value(version).or(() -> Optional.of(BuildVersion.read()));
              console
                  .out()
                  .print(
                      Json.pretty(
                          SchemaDocument.of(
                              named, StagesCheck.stepSettings(), ProviderSchemas.on(host)),
                          " "));
              return 0;
            });
  }

  private Verb renderTemplate() {
    Option file = Option.value("file", "FILE", "the template").also("f").mandatory();
    return Verb.named("render-template")
        .summary("fill a template with the configuration and the state of this node")
        .description(
            """
            The template is one of Go, with the functions of sprig. .Config is what 'kairos-agent
            config' prints, .State what 'kairos-agent state' prints.
            """)
        .option(file)
        .example("kairos-agent render-template -f motd.tmpl", "prints the result")
        .seeAlso("kairos-agent config")
        .runs(
            given -> {
              new RenderTemplateCommand(host, console.out(), console.err())
                  .run(given.require(file));
              return 0;
            });
  }
}
