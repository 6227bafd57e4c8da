package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValidationTest {
  private static Config config(String text) {
    return new Config(
        (YamlMap) Yaml.parse(text, "/oem/90_custom.yaml"),
        List.of("/oem/90_custom.yaml"),
        List.of(),
        List.of());
  }

  private static List<String> errors(String text) {
    return Validation.of(config(text)).errors().stream().map(Problem::render).toList();
  }

  private static List<String> warnings(String text) {
    return Validation.of(config(text)).warnings().stream().map(Problem::render).toList();
  }

  @Test
  void anUnknownInstallKeyIsAnErrorWithItsPlaceAndASuggestion() {
    assertThat(errors("install:\n  devise: /dev/sda\n"))
        .containsExactly(
            "/oem/90_custom.yaml:2:3: unknown key 'install.devise'\n  try: did you mean 'device'?");
    assertThat(errors("install: {partitions: {oem: {sise: 1}}}"))
        .singleElement()
        .asString()
        .contains("install.partitions.oem.sise", "did you mean 'size'?");
  }

  @Test
  void aValueOfTheWrongKindIsAnErrorThatSaysWhatIsWanted() {
    assertThat(errors("install:\n  auto: perhaps\n  reboot: [1]\n  bind_mounts: {a: b}\n"))
        .containsExactly(
            "/oem/90_custom.yaml:2:9: install.auto must be true or false, not the text \"perhaps\"",
            "/oem/90_custom.yaml:3:11: install.reboot must be true or false, not a list",
            "/oem/90_custom.yaml:4:16: install.bind_mounts must be a list of texts, not a map");
    assertThat(errors("strict: [1, 2]"))
        .containsExactly("/oem/90_custom.yaml:1:9: strict must be true or false, not a list");
    assertThat(errors("install: yes")).singleElement().asString().contains("install must be a map");
  }

  @Test
  void anUnknownTopKeyIsAWarningUnlessItMisspellsAWeightyOne() {
    assertThat(errors("frobnicate: 1")).isEmpty();
    assertThat(warnings("frobnicate: 1"))
        .containsExactly(
            "/oem/90_custom.yaml:1:1: unknown key 'frobnicate'\n"
                + "  try: remove it, unless a provider reads it");
    assertThat(warnings("hostnam: x")).singleElement().asString().contains("'hostname'?");
    assertThat(errors("instal: {auto: true}"))
        .containsExactly(
            "/oem/90_custom.yaml:1:1: unknown key 'instal'\n  try: did you mean 'install'?");
    assertThat(Validation.of(config("frobnicate: 1")).strict().errors()).hasSize(1);
  }

  @Test
  void keysOfProvidersAreKnown() {
    String text =
        "k3s: {enabled: true}\np2p: {network_token: t}\nk3s-agent: {}\nkubevip: {}\nvpn: {}\n";
    assertThat(errors(text)).isEmpty();
    assertThat(warnings(text)).isEmpty();
  }

  @Test
  void usersNeedNamesAndListsOfGroups() {
    assertThat(errors("users:\n- passwd: x\n- {name: '007'}\n- {name: a, groups: admin}\n"))
        .containsExactly(
            "/oem/90_custom.yaml:2:3: users[0].name is missing",
            "/oem/90_custom.yaml:3:10: users[1].name must be a login name, not '007'",
            "/oem/90_custom.yaml:4:21: users[2].groups must be a list of texts, not the text"
                + " \"admin\"\n  try: write a list: [admin]");
    assertThat(errors("users: [{name: a, paswd: x}]"))
        .singleElement()
        .asString()
        .contains("users[0].paswd", "did you mean 'passwd'?");
    assertThat(errors("users: not-a-list")).hasSize(1);
  }

  /** Upstream's documentation wrote dashes for years. */
  @Test
  void keysOfUsersInTheSpellingOfOldDocumentationAreNamed() {
    assertThat(errors("users: [{name: a, ssh-authorized-keys: [k], lock-passwd: true}]"))
        .anyMatch(text -> text.contains("did you mean 'ssh_authorized_keys'?"))
        .anyMatch(text -> text.contains("did you mean 'lock_passwd'?"))
        .hasSize(2);
  }

  /** Assertion 63. */
  @Test
  void anArchitectureIsOneThatImagesHave() {
    for (String good : List.of("amd64", "x86_64", "arm64", "riscv64")) {
      assertThat(config("arch: " + good).agent().arch()).contains(good);
      assertThat(errors("arch: " + good)).isEmpty();
    }
    assertThat(config("arch: mips").agent().arch()).isEmpty();
    assertThat(errors("arch: mips"))
        .singleElement()
        .asString()
        .contains("arch must be one of amd64, arm64, riscv64", "not 'mips'");
    assertThat(errors("platform: nonsense")).isEmpty();
  }

  /** Assertion 62. */
  @Test
  void anInstallSectionIsPrintedAsItWasWrittenWithoutEmptyFields() {
    assertThat(
            config(
                    """
                    install:
                      system: {size: 3072}
                      poweroff: true
                      bind_mounts: [/mnt]
                    """)
                .asYaml())
        .endsWith(
            """
            install:
                bind_mounts:
                    - /mnt
                poweroff: true
                system:
                    size: 3072
            """);
  }

  @Test
  void aDeviceMustBeADisk() {
    for (String good :
        List.of("auto", "/dev/sda", "/dev/disk/by-path/pci-0000:00:1f.2", "script://x")) {
      assertThat(errors("install: {device: '" + good + "'}")).isEmpty();
    }
    assertThat(errors("install: {device: foobar}"))
        .containsExactly(
            "/oem/90_custom.yaml:1:19: install.device must be 'auto', a path below /dev, or"
                + " script://COMMAND, not 'foobar'");
    assertThat(errors("install: {device: /dev/disk/by-partlabel/x}"))
        .singleElement()
        .asString()
        .contains("looks like its a partition");
  }

  @Test
  void rebootAndPoweroffExcludeEachOther() {
    assertThat(errors("install: {reboot: true}")).isEmpty();
    assertThat(errors("install: {poweroff: true, reboot: true}")).hasSize(1);
  }

  @Test
  void anExtraPartitionNeedsAName() {
    assertThat(errors("install: {extra-partitions: [{size: 10}]}"))
        .singleElement()
        .asString()
        .contains("install.extra-partitions[0].name", "without a name");
  }

  @Test
  void oldHabitsOfTheInstallSectionStillWork() {
    InstallConfig install =
        config(
                """
                install:
                  Device: /dev/vda
                  auto: "true"
                  no_format: 1
                  partitions.oem.size: "60"
                  partitions: {state: {size: 100}}
                  bind_mounts: /a, /b
                  system: {uri: 'oci:x'}
                """)
            .install();
    assertThat(install.device()).isEqualTo("/dev/vda");
    assertThat(install.auto()).isTrue();
    assertThat(install.noFormat()).isTrue();
    assertThat(install.partitionSize("oem")).hasToString("Optional[60.0 MiB]");
    assertThat(install.partitionSize("state")).hasToString("Optional[100.0 MiB]");
    assertThat(install.bindMounts()).containsExactly("/a", "/b");
    assertThat(install.system().source()).contains("oci:x");
    assertThat(warnings("install: {system: {uri: x}}"))
        .singleElement()
        .asString()
        .contains("install.system.uri is an old spelling", "write 'source'");
  }

  @Test
  void readingInstallFailsWithAllItsProblems() {
    assertThatThrownBy(() -> config("install: {devise: x, auto: perhaps}").install())
        .isInstanceOfSatisfying(InvalidConfig.class, e -> assertThat(e.problems()).hasSize(2));
  }

  @Test
  void sshHardeningNeedsAKeyAndMakesPasswordsUseless() {
    String on = "install: {ssh_hardening: true}\nusers:\n";
    assertThat(errors(on + "- {name: a, ssh_authorized_keys: [k]}")).isEmpty();
    assertThat(errors(on + "- {name: a, passwd: x}"))
        .singleElement()
        .asString()
        .contains("ssh_authorized_keys");
    assertThat(warnings(on + "- {name: a, passwd: x, ssh_authorized_keys: [k]}"))
        .singleElement()
        .asString()
        .contains("\"a\"");
  }

  @Test
  void oneDeclarationMakesSchemaAndReferencePage() {
    List<Setting> settings = Setting.declaredBy(AgentConfig::read);
    assertThat(Setting.page(settings))
        .contains("| `install.device` | a text | auto | target disk; 'auto' picks the largest |")
        .contains("| `users[].name` | a text | – | login name |")
        .contains("| `install.firmware` | efi, bios | – | how the machine boots |");
  }

  @Test
  void aConfigIsQueriedByPath() {
    Config config = config("users:\n- name: a\n- name: b\n");
    assertThat(config.find("users[1].name").orElseThrow().value()).isEqualTo("b");
    assertThat(config.position("users.1.name")).hasToString("Optional[/oem/90_custom.yaml:3:9]");
    assertThat(config.find("users[7].name")).isEmpty();
    assertThat(config.find("users[99999999999].name")).isEmpty();
  }
}
