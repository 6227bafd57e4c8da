package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineConfigTest {
  private static Object parsed(String cmdline) {
    return CommandLineConfig.parse(cmdline).config().value();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "quiet console=tty1 console=ttyS0~{}",
        "config_url=\"https://e/a.yaml\" options.foo=bar~{config_url: 'https://e/a.yaml', options: {foo: bar}}",
        "kairos.config=hostname=box kairos.config=install.auto=true~{hostname: box, install: {auto: true}}",
        "kairos.config_url=https://e/x.yaml?token=abc=def~{config_url: 'https://e/x.yaml?token=abc=def'}",
        "kairos.config=users.0.name=kairos kairos.config=users.1.name=foo~{users: [{name: kairos}, {name: foo}]}",
        "cos.setup=https://e/x~{config_url: 'https://e/x'}",
        "cos.setup=hostname=box~{hostname: box}",
        "kairos.config=\"hostname=my box\"~{hostname: my box}",
        "kairos.config=hostname=\"my box\"~{hostname: my box}",
        "kairos.config= kairos.config=a=1 kairos.config=a=2~{a: 2}",
        "kairos.config=p2p.auto.enable~{p2p: {auto: {enable: true}}}",
        "config_url=\"foo bar\" baz.bar=\"\"~{config_url: foo bar}",
        "3 kairos.config_url=https://e/x a/b=c 8250.nr_uarts=4~{config_url: 'https://e/x'}",
        "install.device=/dev/vda install.partitions.oem.size=60~{install: {device: /dev/vda, partitions: {oem: {size: 60}}}}",
        "install.grub-entry-name=x debug~{install: {grub-entry-name: x}, debug: true}",
        "install.reboot=false kairos.config=install.reboot=true~{install: {reboot: true}}",
        "k3s.enabled=true stages.boot[0].commands[0]=x users.0.name=a~{}",
        "kairos.config=a.b=1 kairos.config=a=2~{a: 2}",
        "kairos.config=a=1 kairos.config=a.b=2~{a: {b: 2}}",
        "kairos.config=l.1=x~{l: [null, x]}",
        "install.device='/dev/sda'~{install: {device: /dev/sda}}",
        "kairos.config=users.0.passwd=12345 kairos.config=hostname=007~{hostname: '007', users: [{passwd: '12345'}]}",
      })
  void tokensBecomeAConfig(String cmdline, String expected) {
    assertThat(parsed(cmdline)).isEqualTo(Merging.map(expected).value());
  }

  @Test
  void aTokenThatMakesNoSenseIsAWarningAndSpoilsNoOther() {
    var parsed =
        CommandLineConfig.parse("install..device=x kairos.config=l.99999999=1 install.auto=true");
    assertThat(parsed.config().value()).isEqualTo(Map.of("install", Map.of("auto", true)));
    assertThat(parsed.warnings())
        .extracting(Object::toString)
        .satisfiesExactly(
            one -> assertThat(one).contains("cmdline: ignored the token 'install..device=x'"),
            two -> assertThat(two).contains("'99999999' is no index"));
  }

  @Test
  void anUnclosedQuoteIsAWarningAndTheTokensBeforeItCount() {
    var parsed = CommandLineConfig.parse("install.auto=true foo=\"bar");
    assertThat(parsed.config().value()).isEqualTo(Map.of("install", Map.of("auto", true)));
    assertThat(parsed.warnings()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "cos.setup=/path/x.yaml~/path/x.yaml",
        "cos.setup=https://e/x~https://e/x",
        "cos.setup=k=v~",
        "cos.setup=/a kairos.config_url=/b~/b",
        "kairos.config_url=/b cos.setup=/a~/a",
        "cos.setup=/a cos.setup=/c~/c",
        "\"kairos.config_url=https://e/a b\"~https://e/a b",
        "kairos.config_url=~",
        "config_url=/not/used/here~",
        "kairos.config=config_url=/d~/d",
      })
  void theLastConfigUrlOfOurOwnTokensCounts(String cmdline, String url) {
    assertThat(CommandLineConfig.configUrl(cmdline)).isEqualTo(Optional.ofNullable(url));
  }

  @Test
  void stagesAreReadFromTheOtherTokens() {
    assertThat(
            CommandLineConfig.stages(
                    "a=b stages.foo[0].name=bar stages.foo[0].commands[1]='x y' baz")
                .config()
                .value())
        .hasToString("{stages={foo=[{name=bar, commands=[null, x y]}]}}");
    assertThat(CommandLineConfig.stages("kairos.config=stages.a=b").config().isEmpty()).isTrue();
  }

  @Test
  void ourOwnTokensWinAlsoWhereTheOthersMakeSomethingElseOfAKey() {
    var parsed = CommandLineConfig.parse("options.a=x kairos.config=options=true debug");
    assertThat(parsed.config().value()).isEqualTo(Map.of("options", "true", "debug", true));
    assertThat(parsed.warnings())
        .singleElement()
        .asString()
        .contains("cannot merge a boolean (true) into 'options', which is a map");
  }
}
