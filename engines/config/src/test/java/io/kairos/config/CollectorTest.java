package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectorTest {
  @TempDir Path root;
  private ScratchHost host;
  private final FakeWeb web = new FakeWeb();

  @BeforeEach
  void aHost() {
    host = new ScratchHost(root);
  }

  private Collector collector() {
    return new Collector(host, web, new ConfigUrl(host)::render);
  }

  private Config oem() {
    return collector().directories(List.of("/oem")).collect();
  }

  @Test
  void aHeaderMayComeAfterOtherLinesButHasToBeThere() {
    host.with("/oem/1.yaml", "## template: jinja\n#cloud-config\na: 1\n")
        .with("/oem/2.yaml", "\n# x\n# y\n# z\n\n#kairos-config  \nb: 1\n")
        .with("/oem/3.yaml", "c: 1\n")
        .with("/oem/4.yaml", " #node-config\nd: 1\n");
    Config config = oem();
    assertThat(config.merged().keys()).containsExactly("a", "b");
    assertThat(config.sources()).containsExactly("/oem/1.yaml", "/oem/2.yaml");
    assertThat(config.warnings())
        .extracting(Problem::render)
        .anyMatch(line -> line.contains("/oem/3.yaml: skipped, because it has no valid header"))
        .hasSize(2);
    assertThat(config.failures()).isEmpty();
  }

  @Test
  void onlyYamlFilesOfReasonableSizeAreRead() {
    host.with("/oem/a.YAML", "#cloud-config\na: 1\n")
        .with("/oem/b.yml", "#cloud-config\nb: 1\n")
        .with("/oem/c.yaml", "#cloud-config\nc: 1\n#" + "x".repeat(1_500_000))
        .with("/oem/d.yaml", "#cloud-config\nd: 1\n#" + "x".repeat(2_500_000));
    assertThat(oem().merged().keys()).containsExactly("b", "c");
  }

  @Test
  void directoriesAndFilesAreMergedInOrder() {
    host.with("/oem/b.yaml", "#cloud-config\nname: Luigi\ninfo: {surname: Bros}\n")
        .with("/oem/a/z.yaml", "#cloud-config\nname: Mario\ninfo: {name: Mario}\n")
        .with("/etc/kairos/x.yaml", "#cloud-config\nname: Bowser\n");
    Config config = collector().directories(List.of("/etc/kairos", "/oem")).collect();
    assertThat(config.merged().value())
        .isEqualTo(Map.of("name", "Luigi", "info", Map.of("name", "Mario", "surname", "Bros")));
    assertThat(config.position("info.surname")).hasToString("Optional[/oem/b.yaml:3:17]");
  }

  @Test
  void linkedFilesAreReadAndLinkedFoldersAreNot() {
    host.with("/data/x.yaml", "#cloud-config\na: 1\n").withDirectory("/oem");
    host.withLink("/oem/l.yaml", "/data/x.yaml").withLink("/oem/folder", "/data");
    assertThat(oem().sources()).containsExactly("/oem/l.yaml");
  }

  /** In an initramfs {@code /oem} is a link to the one of the root that is being made. */
  @Test
  void aFolderWithASlashMayBeALinkItself() {
    host.with("/sysroot/oem/a/x.yaml", "#cloud-config\na: 1\n").withLink("/oem", "/sysroot/oem");
    assertThat(oem().sources()).isEmpty();
    assertThat(collector().directories(List.of("/oem/")).collect().sources())
        .containsExactly("/oem/a/x.yaml");
  }

  @Test
  void aBrokenFileIsReportedAndSpoilsNoOther() {
    host.with("/oem/1.yaml", "#cloud-config\na: [\n").with("/oem/2.yaml", "#cloud-config\nb: 1\n");
    Config config = oem();
    assertThat(config.merged().keys()).containsExactly("b");
    assertThat(config.sources()).containsExactly("/oem/1.yaml", "/oem/2.yaml");
    assertThatThrownBy(config::orThrow)
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("/oem/1.yaml:3:1: not valid YAML");
  }

  @Test
  void kindsThatCannotMergeAreReportedWithBothPlaces() {
    host.with("/oem/1.yaml", "#cloud-config\nport: 80\n")
        .with("/oem/2.yaml", "#cloud-config\nport: \"80\"\n");
    assertThat(oem().failures())
        .singleElement()
        .asString()
        .contains("/oem/2.yaml:2:7: cannot merge the text \"80\" into 'port'", "/oem/1.yaml:2:7");
  }

  @Test
  void theStoredFormNamesItsSources() {
    assertThat(collector().reader("name: Mario").collect().asYaml())
        .isEqualTo("#cloud-config\n\n# Sources:\n# - reader\n\nname: Mario\n");
    assertThat(new Config(Merging.map("name: Mario"), List.of(), List.of(), List.of()).asYaml())
        .isEqualTo("#cloud-config\n\nname: Mario\n");
  }

  @Test
  void readersMayBeYamlOrJsonAndBareWordsAreSkipped() {
    Config config =
        collector()
            .reader("{\"a\": 1, \"l\": [1]}")
            .reader("b: 2")
            .reader("word")
            .reader("")
            .collect();
    assertThat(config.merged().value()).isEqualTo(Map.of("a", 1L, "l", List.of(1L), "b", 2L));
    assertThat(config.failures()).isEmpty();
    assertThat(config.warnings()).hasSize(1);
  }

  @Test
  void overwritesReplaceWholeKeysAndAddNoSource() {
    Config config =
        collector()
            .reader("install: {a: 1, b: 2}\nfoo: bar")
            .overwrites("install: {c: 3}")
            .collect();
    assertThat(config.merged().value()).isEqualTo(Map.of("install", Map.of("c", 3L), "foo", "bar"));
    assertThat(config.sources()).containsExactly("reader");
  }

  @Test
  void aConfigUrlIsMergedOverTheFileThatNamesItAndSoOn() {
    web.put("http://e/1", "#cloud-config\nconfig_url: http://e/2\nname: one\nsurname: Bros\n");
    web.put("http://e/2", "#cloud-config\nsurname: two\ninfo: {x: 1}\n");
    host.with("/oem/1.yaml", "#cloud-config\nconfig_url: http://e/1\nname: base\n")
        .with("/oem/2.yaml", "#cloud-config\nlast: yes\n");
    Config config = oem();
    assertThat(config.merged().value())
        .isEqualTo(
            Map.of(
                "config_url", "http://e/2",
                "name", "one",
                "surname", "two",
                "info", Map.of("x", 1L),
                "last", "yes"));
    assertThat(config.sources())
        .containsExactly("/oem/1.yaml", "http://e/1", "http://e/2", "/oem/2.yaml");
    assertThat(config.position("surname")).hasToString("Optional[http://e/2:2:10]");
  }

  @Test
  void aConfigUrlThatLeadsToItselfEnds() {
    web.put("http://e/1", "#cloud-config\nconfig_url: http://e/1\na: 1\n");
    Config config = collector().reader("config_url: http://e/1").collect();
    assertThat(config.merged().keys()).contains("a");
    assertThat(config.warnings()).singleElement().asString().contains("circle");
  }

  @Test
  void slowServersCannotHoldAScanForEver() {
    var now = new AtomicLong();
    var slow =
        new Collector(
            host,
            address -> {
              now.addAndGet(Duration.ofMinutes(3).toNanos());
              return "#cloud-config\na: 1\nconfig_url: http://e/2\n";
            },
            address -> address,
            now::get);
    Config config = slow.reader("config_url: http://e/1").collect();
    assertThat(config.merged().keys()).contains("a");
    assertThat(config.sources()).containsExactly("reader", "http://e/1");
    assertThat(config.failures())
        .singleElement()
        .asString()
        .contains("http://e/1:3:13: gave up before fetching http://e/2");
  }

  @Test
  void aConfigUrlThatCannotBeUsedIsAFailureAndNotSilence() {
    web.put("http://e/x", "#invalid-header\na: 1\n");
    host.with("/oem/1.yaml", "#cloud-config\nconfig_url: http://e/x\n")
        .with("/oem/2.yaml", "#cloud-config\nconfig_url: http://e/gone\n")
        .with("/oem/3.yaml", "#cloud-config\nconfig_url: 'http://e/{{ .Values.nope }}'\n");
    assertThat(oem().failures())
        .extracting(Problem::render)
        .satisfiesExactly(
            one -> assertThat(one).contains("/oem/1.yaml:2:13", "no valid header"),
            two -> assertThat(two).contains("/oem/2.yaml:2:13: cannot fetch http://e/gone"),
            three -> assertThat(three).contains("rendering config_url: execute", "nope"));
  }

  @Test
  void theKernelCommandLineConvertsToTheKindThatIsThere() {
    host.with(
        "/oem/1.yaml", "#cloud-config\ninstall: {auto: false}\nport: 80\nk3s: {enabled: false}\n");
    Config config =
        collector()
            .directories(List.of("/oem"))
            .commandLine(
                "kairos.config=install.auto=true kairos.config=port=81 kairos.config=k3s.enabled")
            .collect();
    assertThat(config.failures()).isEmpty();
    assertThat(config.merged().value())
        .isEqualTo(
            Map.of("install", Map.of("auto", true), "port", 81L, "k3s", Map.of("enabled", true)));
    assertThat(config.sources()).containsExactly("/oem/1.yaml", "cmdline");
  }

  @Test
  void anEmptyMachineHasAnEmptyConfig() {
    Config config = collector().directories(Collector.USER_DIRECTORIES).collect();
    assertThat(config.asYaml()).isEqualTo("#cloud-config\n\n{}\n");
    assertThat(config.install().device()).isEqualTo("auto");
  }
}
