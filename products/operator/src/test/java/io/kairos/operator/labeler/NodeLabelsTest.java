package io.kairos.operator.labeler;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.operator.labeler.NodeLabels.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeLabelsTest {
  private static final String RELEASE =
      """
      # a comment
      KAIROS_ID="kairos"
      KAIROS_FAMILY=debian
      KAIROS_FLAVOR='debian'
      KAIROS_FLAVOR_RELEASE="13"
      KAIROS_VARIANT=standard
      KAIROS_RELEASE=v4.1.0
      KAIROS_MODEL=generic
      KAIROS_ARCH=amd64
      KAIROS_TRUSTED_BOOT="false"
      KAIROS_FIPS="false"
      KAIROS_SOFTWARE_VERSION_PREFIX=k3s
      KAIROS_SOFTWARE_VERSION="v1.32.4+k3s1"
      KAIROS_NAME="kairos-standard-debian-13"
      KAIROS_ID_LIKE="kairos debian"
      KAIROS_INIT_VERSION=v0.16.1
      KAIROS_VERSION="v4.1.0"
      KAIROS_BUG_REPORT_URL="https://bugs.example"
      KAIROS_HOME_URL="https://home.example"
      """;

  private static Sources release(String text) {
    return new Sources(
        Optional.of(text),
        Optional.empty(),
        Optional.of("root=LABEL=COS_ACTIVE"),
        Optional.empty(),
        Optional.of("boot-1"));
  }

  @Test
  void aWholeReleaseFileGivesAllLabels() {
    assertThat(NodeLabels.of(release(RELEASE)).orElseThrow().labels())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("kairos.io/managed", "true"),
                Map.entry("kairos.io/id", "kairos"),
                Map.entry("kairos.io/family", "debian"),
                Map.entry("kairos.io/flavor", "debian"),
                Map.entry("kairos.io/flavor-release", "13"),
                Map.entry("kairos.io/variant", "standard"),
                Map.entry("kairos.io/release", "v4.1.0"),
                Map.entry("kairos.io/model", "generic"),
                Map.entry("kairos.io/arch", "amd64"),
                Map.entry("kairos.io/trusted-boot", "false"),
                Map.entry("kairos.io/fips", "false"),
                Map.entry("kairos.io/software-version-prefix", "k3s"),
                Map.entry("kairos.io/software-version", "v1.32.4-k3s1"),
                Map.entry("kairos.io/boot-state", "active")));
  }

  @Test
  void andAllAnnotationsAsTheyWereWritten() {
    assertThat(NodeLabels.of(release(RELEASE)).orElseThrow().annotations())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "kairos.io/name", "kairos-standard-debian-13",
                "kairos.io/id-like", "kairos debian",
                "kairos.io/init-version", "v0.16.1",
                "kairos.io/version", "v4.1.0",
                "kairos.io/bug-report-url", "https://bugs.example",
                "kairos.io/home-url", "https://home.example",
                "kairos.io/boot-id", "boot-1"));
  }

  private static Sources osRelease(String id) {
    return new Sources(
        Optional.empty(),
        Optional.of("ID=" + id + "\nNAME=x\n"),
        Optional.of("COS_PASSIVE"),
        Optional.empty(),
        Optional.of("boot-1"));
  }

  @Test
  void anOldKairosIsKnownByItsOsRelease() {
    NodeLabels labels = NodeLabels.of(osRelease("\"Kairos-debian\"")).orElseThrow();
    assertThat(labels.labels())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("kairos.io/managed", "true", "kairos.io/boot-state", "passive"));
    assertThat(labels.annotations()).isEmpty();
  }

  @Test
  void aForeignNodeGetsNothing() {
    assertThat(NodeLabels.of(osRelease("debian"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "root=LABEL=COS_ACTIVE, active",
    "root=LABEL=COS_PASSIVE, passive",
    "root=LABEL=COS_RECOVERY, recovery",
    "root=LABEL=COS_SYSTEM recovery-mode, recovery",
    "root=live:LABEL=COS_LIVE, livecd",
    "root=live:CDLABEL=COS_LIVE, livecd",
    "quiet, unknown"
  })
  void theBootStateIsReadFromTheCommandLine(String commandLine, String state) {
    assertThat(
            NodeLabels.bootState(
                new Sources(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(commandLine),
                    Optional.empty(),
                    Optional.empty())))
        .contains(state);
  }

  @Test
  void aUnifiedKernelImageIsKnownByTheFileOfItsMode() {
    assertThat(
            NodeLabels.bootState(
                new Sources(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("rd.immucore.uki"),
                    Optional.of("passive_mode"),
                    Optional.empty())))
        .contains("passive");
  }

  @ParameterizedTest
  @CsvSource({
    "v1.32.4+k3s1, v1.32.4-k3s1",
    "plain-1.0_x, plain-1.0_x",
    "-leading-dash, leading-dash",
    "trailing-dot., trailing-dot",
    "++++++++++, ''"
  })
  void labelValuesAreSanitised(String value, String label) {
    assertThat(NodeLabels.sanitised(value)).isEqualTo(label);
  }

  @Test
  void labelValuesAreCutAndTrimmedAgain() {
    assertThat(NodeLabels.sanitised("a".repeat(70))).isEqualTo("a".repeat(63));
    assertThat(NodeLabels.sanitised("a".repeat(62) + "-a")).isEqualTo("a".repeat(62));
  }

  /** A node as the API server has it. */
  private static final class FakeApi extends NodeApi {
    private final Metadata now;
    private final List<String> patches = new ArrayList<>();

    FakeApi(Map<String, String> labels, Map<String, String> annotations) {
      super(null, null, null);
      now = new Metadata(labels, annotations);
    }

    @Override
    Metadata read(String node) {
      return now;
    }

    @Override
    void patch(String node, String patch) {
      patches.add(patch);
    }
  }

  @TempDir Path folder;

  private void sync(FakeApi api) throws IOException, InterruptedException {
    Files.createDirectories(folder.resolve("proc/sys/kernel/random"));
    Files.writeString(folder.resolve("proc/cmdline"), "COS_ACTIVE");
    Files.writeString(folder.resolve("proc/sys/kernel/random/boot_id"), "boot-1\n");
    new LabelerMain(
            Map.of(
                "NODE_NAME",
                "n1",
                "HOST_ETC_PATH",
                folder.toString(),
                "HOST_RUN_COS_PATH",
                folder + "/cos",
                "PROC_PATH",
                folder + "/proc"),
            api)
        .sync();
  }

  @Test
  void aLabelThatTheReleaseNoLongerHasIsRemoved() throws Exception {
    Files.writeString(folder.resolve("kairos-release"), "KAIROS_ID=kairos\n");
    var api = new FakeApi(Map.of("kairos.io/model", "old", "other", "kept"), Map.of());
    sync(api);
    assertThat(api.patches)
        .singleElement()
        .asString()
        .contains("\"kairos.io/model\":null", "\"kairos.io/id\":\"kairos\"")
        .doesNotContain("other");
  }

  @Test
  void anAnnotationThatTheReleaseNoLongerHasIsRemovedAndCordonsStay() throws Exception {
    Files.writeString(folder.resolve("kairos-release"), "KAIROS_ID=kairos\n");
    var api =
        new FakeApi(
            Map.of(), Map.of("kairos.io/version", "v1", "operator.kairos.io/cordoned-by", "x"));
    sync(api);
    assertThat(api.patches)
        .singleElement()
        .asString()
        .contains("\"kairos.io/version\":null")
        .doesNotContain("cordoned-by");
  }

  @Test
  void aForeignNodeIsNeverWrittenTo() throws Exception {
    Files.writeString(folder.resolve("os-release"), "ID=debian\n");
    var api = new FakeApi(Map.of("kairos.io/managed", "true"), Map.of());
    sync(api);
    assertThat(api.patches).isEmpty();
  }

  @Test
  void whatIsRightAlreadyIsNotWrittenAgain() throws Exception {
    Files.writeString(folder.resolve("kairos-release"), "KAIROS_ID=kairos\n");
    var api =
        new FakeApi(
            Map.of(
                "kairos.io/managed", "true",
                "kairos.io/id", "kairos",
                "kairos.io/boot-state", "active"),
            Map.of("kairos.io/boot-id", "boot-1"));
    sync(api);
    assertThat(api.patches).isEmpty();
  }
}
