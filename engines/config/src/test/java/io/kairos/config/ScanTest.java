package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole scans, with chains of remote configs; numbers are those of docs/compatibility-assertions.
 */
class ScanTest {
  @TempDir Path root;
  private ScratchHost host;
  private final FakeWeb web = new FakeWeb();

  @BeforeEach
  void aHost() {
    host = new ScratchHost(root);
  }

  private Collector collector() {
    return new Collector(host, web, new ConfigUrl(host)::render).directories(List.of("/oem"));
  }

  private Config config(String text) {
    return new Config((YamlMap) Yaml.parse(text, "/oem/1.yaml"), List.of(), List.of(), List.of());
  }

  /** Assertions 16, 17, 18. */
  @Test
  void stepsOfSeveralFilesStandBehindEachOther() {
    String twice =
        """
        #cloud-config
        name: x
        bundles: [{targets: [run://a]}]
        stages:
          initramfs:
          - {if: test, users: {a: {}}}
        """;
    host.with("/oem/1.yaml", twice)
        .with("/oem/2.yaml", "#cloud-config\nstages:\n  initramfs:\n  - {users: {b: {}}}\n")
        .with("/oem/3.yaml", twice);
    Config config = collector().collect();
    assertThat(config.query("stages.initramfs | length")).isEqualTo("3\n");
    assertThat(config.query("stages.initramfs[1] | keys")).isEqualTo("- users\n");
    assertThat(config.query(".stages.initramfs[0] == .stages.initramfs[2]")).isEqualTo("true\n");
    assertThat(config.query("bundles | length")).isEqualTo("2\n");
    assertThat(config.query("name")).isEqualTo("x\n");
  }

  /** Assertions 19, 20, 21. */
  @Test
  void sourcesAreNamedInTheOrderInWhichTheyCount() {
    web.put("http://e/1", "#cloud-config\nconfig_url: http://e/2\nplayer: {name: Dimitris}\n");
    web.put("http://e/2", "#cloud-config\nplayer:\n");
    web.put("http://e/3", "#cloud-config\nplayer: {surname: Bros}\n");
    web.put("http://e/c", "#cloud-config\nconfig_url: http://e/d\n");
    web.put("http://e/d", "#cloud-config\noptions: {foo: bar}\n");
    host.with("/oem/1.yaml", "#cloud-config\nconfig_url: http://e/1\n")
        .with("/oem/2.yaml", "#cloud-config\nconfig_url: http://e/3\n")
        .with("/oem/3.yaml", "#cloud-config\nlocal: 1\n");
    Config config =
        collector().commandLine("config_url=http://e/c player.name=Toad quiet").collect();
    assertThat(config.failures()).isEmpty();
    assertThat(config.sources())
        .containsExactly(
            "/oem/1.yaml",
            "http://e/1",
            "http://e/2",
            "/oem/2.yaml",
            "http://e/3",
            "/oem/3.yaml",
            "cmdline",
            "http://e/c",
            "http://e/d");
    assertThat(config.query("config_url")).isEqualTo("http://e/d\n");
    assertThat(config.query("player")).isEqualTo("surname: Bros\n");
  }

  /** Assertion 23. */
  @Test
  void withoutAnAddressNothingIsFetched() {
    host.with("/oem/1.yaml", "#cloud-config\na: 1\nconfig_url: [not, a, text]\n");
    Config config = collector().collect();
    assertThat(config.sources()).containsExactly("/oem/1.yaml");
    assertThat(config.failures()).isEmpty();
  }

  /** Assertion 28. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '§',
      value = {
        "local_key_1~local_value_1\\n",
        "some~other:\\n    key: 3\\n",
        "some.other~key: 3\\n",
        "some.other.key~3\\n",
        "off~false\\n",
        "options~foo: bar\\n",
        "quoted~\"true\"\\n",
        "missing.key~§§",
        "nothing~§§",
        "big~7500000\\n",
        "float~7.5e+06\\n",
        "day~\"2001-12-14T00:00:00Z\"\\n",
        "moment~\"2001-12-14T21:59:43+01:00\"\\n",
        "users[].name~a\\nb\\n",
        "k3s-agent.enabled~true\\n",
        "[\"k3s-agent\"].enabled~true\\n",
        "octal~420\\n",
        "list~- 1\\n- x\\n",
      })
  void queriesPrintYaml(String query, String expected) {
    Config config =
        config(
            """
            local_key_1: local_value_1
            some: {other: {key: 3}}
            off: false
            options: {foo: bar}
            quoted: "true"
            nothing:
            big: 7500000
            float: 7500000.0
            day: 2001-12-14
            moment: 2001-12-14t21:59:43+01:00
            users: [{name: a}, {name: b}]
            k3s-agent: {enabled: true}
            octal: 0644
            list: [1, x]
            """);
    assertThat(config.query(query)).isEqualTo(expected.replace("\\n", "\n"));
  }

  @Test
  void everythingIsAnAnswerToo() {
    assertThat(config("b: 1\na: {}\n").query("")).isEqualTo("a: {}\nb: 1\n");
    assertThatThrownBy(() -> config("a: 1").query("a.b"))
        .hasMessageContaining("expected an object");
  }

  /** Assertion 55. */
  @Test
  void aListForABooleanIsAnErrorOfEveryScan() {
    assertThat(Validation.of(config("strict: [1, 2]")).errors()).hasSize(1);
  }

  /** Assertions 56, 57, 75, 79, 80. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '§',
      value = {
        "users: [{passwd: x}]~users[0].name is missing",
        "users: not-a-list~users must be a list of maps",
        "users: [{name: \"007\"}]~users[0].name must be a login name",
        "users: [{name: 007}]~users[0].name must be a login name",
        "users: [{name: a}]~§§",
        "users: []~§§",
        "users: [{name: a, passwd: b, groups: [c], lock_passwd: true, shell: s, uid: 1}]~§§",
      })
  void usersAreChecked(String text, String message) {
    var errors = Validation.of(config(text)).errors();
    if (message.isEmpty()) {
      assertThat(errors).isEmpty();
    } else {
      assertThat(errors).singleElement().asString().contains(message);
    }
  }

  /** Assertions 81, 82, 83: errors in strict mode alone. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '§',
      value = {
        "{network_token: t, role: master}~§§",
        "{network_token: t, role: worker}~§§",
        "{network_token: t, role: none}~§§",
        "{network_token: t, auto: {enable: false}}~p2p.auto.enable must be true",
        "{network_token: '', auto: {enable: true}}~p2p.network_token must not be empty",
        "{network_token: t, auto: {enable: true}}~§§",
        "{network_token: '', auto: {enable: false}}~§§",
        "{}~p2p.network_token is missing",
        "{network_token: t, auto: {ha: {master_nodes: 0}}}~must be 1 or more, not 0",
        "{network_token: t, auto: {ha: {master_nodes: 2}}}~§§",
        "{network_token: t, vpn: {use: true, env: {A: b}}}~§§",
      })
  void theNetworkOfNodesIsChecked(String p2p, String message) {
    Validation validation = Validation.of(config("p2p: " + p2p));
    assertThat(validation.errors()).isEmpty();
    assertThat(validation.doubts()).hasSize(message.isEmpty() ? 0 : 1);
    if (!message.isEmpty()) {
      assertThat(validation.strict().errors()).singleElement().asString().contains(message);
    }
  }

  /** Assertion 81. */
  @Test
  void aRoleIsOneOfThree() {
    assertThat(Validation.of(config("p2p: {network_token: t, role: foobar}")).errors())
        .singleElement()
        .asString()
        .contains("must be one of master, worker, none, not 'foobar'");
  }

  /** Assertion 78. */
  @Test
  void aMachineRebootsOrPowersOffOrNeither() {
    assertThat(Validation.of(config("install: {reboot: true, poweroff: true}")).errors())
        .hasSize(1);
    for (String one : List.of("reboot: true", "poweroff: true", "auto: true")) {
      assertThat(Validation.of(config("install: {" + one + "}")).errors()).isEmpty();
    }
  }

  @Test
  void upgradesThatAreNoMapsCrashNobody() {
    assertThat(Validation.of(config("upgrade:")).errors()).isEmpty();
    assertThat(Validation.of(config("upgrade: x")).errors()).hasSize(1);
    assertThat(config("upgrade: {recovery: \"true\"}").agent().upgrade().upgradesRecovery())
        .isTrue();
    assertThat(config("upgrade: {entry: recovery}").agent().upgrade().upgradesRecovery()).isTrue();
    assertThat(config("a: 1").agent().upgrade().grubEntryName()).isEqualTo("Kairos");
    assertThat(config("a: 1").agent().reset().resetPersistent()).isTrue();
  }

  @Test
  void optionsAreAMapWhateverTheOldSchemaSaid() {
    assertThat(Validation.of(config("options: {a: 1}")).errors()).isEmpty();
  }

  @Test
  void valuesOfTheCommandLineAreLiterals() {
    Config config =
        collector()
            .commandLine("install.device=\"/dev/\\(env.HOME)\" options.x='a\"b' 3 a/b=c")
            .collect();
    assertThat(config.query("install.device")).isEqualTo("/dev/\\(env.HOME)\n");
    assertThat(config.query("options.x")).isEqualTo("a\"b\n");
  }
}
