package io.kairos.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.config.ProviderSchemas;
import io.kairos.config.SchemaDocument;
import io.kairos.formats.jq.Jq;
import io.kairos.formats.json.Json;
import io.kairos.stages.StagesCheck;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandsTest {
  private static final String GOOD =
      """
      #cloud-config
      users:
      - name: kairos
        groups: [admin]
      install:
        auto: true
      """;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Map<String, String> web = new HashMap<>();
  private String input = "";
  @TempDir Path root;
  private ScratchHost host;

  @BeforeEach
  void aNode() {
    host =
        new ScratchHost(root)
            .with("/proc/cmdline", "root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img\n")
            .with("/proc/sys/kernel/hostname", "box\n");
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private ConfigCommand config() {
    return new ConfigCommand(host, stream(out), stream(err));
  }

  private int validate(String source, boolean strict, boolean json) {
    return new ValidateCommand(
            host,
            address -> {
              if (!web.containsKey(address.toString())) {
                throw new HostFailure("cannot fetch " + address);
              }
              return web.get(address.toString());
            },
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            stream(out),
            stream(err))
        .run(source, strict, json);
  }

  @Test
  void configPrintsTheMergedDocumentWithItsSources() {
    host.with("/oem/1.yaml", "#cloud-config\nb: 1\n")
        .with("/oem/2.yaml", "#cloud-config\na: [x]\n");
    config().print(false);
    assertThat(out())
        .isEqualTo(
            """
            #cloud-config

            # Sources:
            # - /oem/1.yaml
            # - /oem/2.yaml

            a:
                - x
            b: 1
            """);
  }

  @Test
  void configIsAlsoJson() {
    host.with("/oem/1.yaml", "#cloud-config\nb: 1\n");
    config().print(true);
    assertThat(Json.parse("out", out())).isEqualTo(Map.of("b", 1L));
  }

  /** A broken file spoils no other, and says so where it does not spoil the output. */
  @Test
  void configTellsOfBrokenFilesOnStandardError() {
    host.with("/oem/1.yaml", "#cloud-config\na: [\n").with("/oem/2.yaml", "#cloud-config\nb: 1\n");
    config().print(false);
    assertThat(out()).endsWith("\nb: 1\n");
    assertThat(err()).startsWith("WARNING: /oem/1.yaml:3:1: not valid YAML");
  }

  /** Assertion 159. */
  @Test
  void configGetPrintsTheValueAndNothingForWhatIsNotThere() {
    host.with("/oem/1.yaml", GOOD);
    config().get("missing.key", false, false);
    assertThat(out()).isEmpty();
    config().get("users[0].name", false, false);
    assertThat(out()).isEqualTo("kairos\n");
    assertThat(err()).isEmpty();
  }

  @Test
  void configGetAnswersInJsonLines() {
    host.with("/oem/1.yaml", GOOD);
    config().get("users[], .install.auto", false, true);
    assertThat(out()).isEqualTo("{\"name\":\"kairos\",\"groups\":[\"admin\"]}\ntrue\n");
  }

  /** Assertions 56 and 57: the launcher puts {@code error: } before the text. */
  @Test
  void whatIsWrongIsAWarningAndInStrictModeAnError() {
    for (String users : List.of("- passwd: x", "not-a-list")) {
      host.with("/oem/1.yaml", "#cloud-config\nname: x\nusers:\n  " + users + "\n");
      err.reset();
      out.reset();
      config().get("name", false, false);
      assertThat(out()).isEqualTo("x\n");
      assertThat(err()).startsWith("WARNING: /oem/1.yaml:4:");
      assertThatThrownBy(() -> config().get("name", true, false))
          .isInstanceOf(InvalidConfig.class)
          .hasMessageContaining("/oem/1.yaml:4:");
    }
  }

  @Test
  void aQueryThatMakesNoSenseIsAnError() {
    host.with("/oem/1.yaml", GOOD);
    assertThatThrownBy(() -> config().get("users[0].name.deeper", false, false))
        .hasMessageContaining("expected an object but got: string (\"kairos\")");
  }

  /** Assertion 160. */
  @Test
  void aGoodFileValidatesInSilence() {
    host.with("/good.yaml", GOOD);
    assertThat(validate("/good.yaml", true, false)).isZero();
    assertThat(out() + err()).isEmpty();
  }

  /** Assertion 85. */
  @Test
  void validateTakesFilesAddressesStandardInputAndTheTextItself() {
    web.put("https://e/c.yaml", GOOD);
    input = GOOD;
    assertThat(validate("https://e/c.yaml", false, false)).isZero();
    assertThat(validate("-", false, false)).isZero();
    assertThat(validate(GOOD, false, false)).isZero();
    assertThat(validate(GOOD + "#" + "x".repeat(100_000), false, false)).isZero();
    assertThatThrownBy(() -> validate("users: []", false, false))
        .hasMessageContaining("inline:1:1: missing #cloud-config header");
    assertThatThrownBy(() -> validate("https://e/gone", false, false))
        .hasMessageContaining("cannot fetch https://e/gone");
    assertThatThrownBy(() -> validate("---\n#cloud-config\na: 1\n", false, false))
        .hasMessageContaining("missing #cloud-config header");
  }

  @Test
  void validateMergesADirectory() {
    host.with("/oem/1.yaml", "#cloud-config\nport: 80\n")
        .with("/oem/2.yaml", "#cloud-config\nport: '80'\n");
    assertThatThrownBy(() -> validate("/oem", false, false))
        .hasMessageContaining("/oem/2.yaml:2:7: cannot merge");
  }

  @Test
  void validateTellsEverythingAtOnceAlsoAsJson() {
    String bad =
        """
        #cloud-config
        hostnam: x
        users:
        - passwd: x
        install:
          devise: /dev/sda
          auto: perhaps
        k3s:
          enable: true
          args: --x
        stages:
          boot:
          - comands: [a]
          - files: x
        """;
    assertThatThrownBy(() -> validate(bad, false, false))
        .isInstanceOfSatisfying(
            InvalidConfig.class,
            e ->
                assertThat(e.problems())
                    .extracting(problem -> problem.render())
                    .contains(
                        "inline:4:3: users[0].name is missing",
                        "inline:6:3: unknown key 'install.devise'\n  try: did you mean 'device'?",
                        "inline:7:9: install.auto must be true or false, not the text \"perhaps\"",
                        "inline:9:3: unknown key 'k3s.enable'\n  try: did you mean 'enabled'?",
                        "inline:10:9: k3s.args must be a list of texts, not the text \"--x\"\n"
                            + "  try: write a list: [--x]")
                    .anyMatch(text -> text.contains("stages.boot[0].comands"))
                    .anyMatch(text -> text.contains("stages.boot[1].files")));
    assertThat(err()).contains("WARNING: inline:2:1: unknown key 'hostnam'");
    assertThat(validate(bad, false, true)).isEqualTo(1);
    assertThat(Json.parse("out", out()))
        .asInstanceOf(InstanceOfAssertFactories.list(Object.class))
        .hasSize(9)
        .contains(
            Map.of(
                "severity",
                "error",
                "message",
                "users[0].name is missing",
                "source",
                "inline",
                "line",
                4L,
                "column",
                3L));
  }

  @Test
  void theSchemaHasTheStepsOfStages() {
    String schema =
        Json.pretty(
            SchemaDocument.of(Optional.of("1"), StagesCheck.stepSettings(), ProviderSchemas.NONE),
            " ");
    Object tree = Json.parse("schema", schema);
    assertThat(Jq.parse(".definitions.SchemaStageSchema.properties.commands.type").run(tree))
        .containsExactly("array");
    assertThat(Jq.parse(".properties.stages.additionalProperties.items[\"$ref\"]").run(tree))
        .containsExactly("#/definitions/SchemaStageSchema");
    assertThat(Jq.parse("[.. | objects | .default? | select(. == \"0 B\")]").run(tree))
        .containsExactly(List.of());
  }

  @Test
  void anInstallationThatNobodyCouldAdministerIsAWarning() {
    assertThat(validate("#cloud-config\ninstall: {auto: true}\n", false, false)).isZero();
    assertThat(err()).contains("no user belongs to the group 'admin'");
    assertThatThrownBy(() -> validate("#cloud-config\ninstall: {auto: true}\n", true, false))
        .isInstanceOf(InvalidConfig.class);
  }

  @Test
  void aTemplateSeesConfigurationAndState() {
    host.with("/oem/1.yaml", GOOD)
        .with(
            "/t.tmpl", "{{ (index .Config.users 0).name | upper }} {{ .State.boot }} {{ .x.y }}\n")
        .with("/bad.tmpl", "{{ .Config");
    var command = new RenderTemplateCommand(host, stream(out), stream(err));
    command.run("/t.tmpl");
    assertThat(out()).isEqualTo("KAIROS active_boot <no value>\n");
    assertThatThrownBy(() -> command.run("/bad.tmpl"))
        .hasMessageContaining("cannot render /bad.tmpl: parse: ");
  }
}
