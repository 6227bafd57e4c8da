package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.operator.nodeop.NodeOp;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API server itself accepts and refuses. */
@Tag("cluster")
class NodeOpSchemaIT {
  private static final Host HOST = LinuxHost.here();
  private static final Path FOLDER = Path.of("target/NodeOpSchemaIT").toAbsolutePath();
  private static OperatorFixture fixture;

  @BeforeAll
  static void start() {
    Path program = BuiltProgram.orSkip(HOST);
    FileTree.delete(FOLDER);
    fixture =
        new OperatorFixture(
            Cluster.start(HOST, ClusterSpec.controlPlane(FOLDER, program, ClusterSpec.Parts.API)));
  }

  @AfterAll
  static void end() {
    if (fixture != null) {
      fixture.close();
    }
  }

  @Test
  void aNodeOpIsTakenAndGetsUpstreamsDefaults() {
    fixture.create(
        "plain",
        "command: [ls]\nimage: x\npreflight: {command: [x]}\ndrainOptions: {enabled: true}");
    NodeOp stored = fixture.nodeOp("plain");
    assertThat(stored.getSpec().image()).isEqualTo("x");
    assertThat(stored.getSpec().hostMountPath()).isEqualTo("/host");
    assertThat(stored.getSpec().concurrency()).isZero();
    assertThat(stored.getSpec().cordon()).isFalse();
    assertThat(stored.getSpec().stopOnFailure()).isFalse();
    assertThat(stored.getSpec().preflight().activeDeadlineSeconds()).isEqualTo(120);
    assertThat(stored.getSpec().drainOptions().ignoreDaemonSets()).isTrue();
    assertThat(stored.getSpec().drainOptions().gracePeriodSeconds()).isNull();
    assertThat(stored.getSpec().healthGate()).isNull();
  }

  @Test
  void whatIsDoneCannotBeChangedAndWhenMayBe() {
    fixture.create("fixed", "command: [ls]\nnodeSelector: {matchLabels: {a: b}}");
    for (String change :
        new String[] {
          "{\"command\":[\"rm\"]}",
          "{\"image\":\"other\"}",
          "{\"nodeSelector\":null}",
          "{\"cordon\":true}",
          "{\"rebootOnSuccess\":true}"
        }) {
      assertThatThrownBy(() -> fixture.patchSpec("fixed", change))
          .as(change)
          .isInstanceOf(KubernetesClientException.class)
          .hasMessageContaining("cannot be changed once the object exists");
    }
    fixture.patchSpec(
        "fixed",
        "{\"paused\":true,\"concurrency\":3,\"retries\":1,\"maxUnavailable\":\"10%\","
            + "\"maintenanceWindows\":[{\"schedule\":\"* * * * *\",\"duration\":\"1h\"}]}");
    assertThat(fixture.nodeOp("fixed").getSpec().paused()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image: x",
        "command: [x]\nconcurrency: -1",
        "command: [x]\npreflight: {image: x}",
        "command: [x]\nmaxUnavailable: 0",
        "command: [x]\nmaxUnavailable: 101%",
        "command: [x]\nretries: 11",
        "command: [x]\ncontrolPlaneOrder: Middle",
        "command: [x]\nhealthGate: {onFailure: Panic}",
        "command: [x]\nmaintenanceWindows: [{schedule: '* * * * *'}]",
        "command: [x]\nmaintenanceWindows: [{schedule: '* * * * *', duration: soon}]"
      })
  void aSpecThatMakesNoSenseIsRefusedAtOnce(String spec) {
    assertThatThrownBy(() -> fixture.create("refused", spec))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("spec");
    assertThat(fixture.nodeOp("refused")).isNull();
  }
}
