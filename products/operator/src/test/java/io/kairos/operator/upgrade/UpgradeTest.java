package io.kairos.operator.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kairos.operator.nodeop.NodeOp;
import io.kairos.operator.nodeop.NodeOpSpec;
import io.kairos.operator.nodeop.NodeOpStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpgradeTest {
  private static final KubernetesSerialization JSON = new KubernetesSerialization();
  private static final String DEFAULTS =
      " --exclude-path '/etc/hostname' --exclude-path '/etc/hosts'";

  private static NodeOpUpgrade upgrade(String spec) {
    return JSON.unmarshal(
        "apiVersion: operator.kairos.io/v1alpha1\nkind: NodeOpUpgrade\n"
            + "metadata: {name: up, namespace: ns, uid: u1, generation: 1}\nspec:\n"
            + ("image: new\n" + spec).indent(2),
        NodeOpUpgrade.class);
  }

  private static NodeOpSpec child(String spec) {
    return UpgradePlanner.child(upgrade(spec)).getSpec();
  }

  private static String script(String spec) {
    List<String> command = child(spec).command();
    assertThat(command).hasSize(3).startsWith("/bin/sh", "-c");
    return command.get(2);
  }

  @Test
  void theChildIsAsUpstreams() {
    NodeOp child = UpgradePlanner.child(upgrade("concurrency: 1\nstopOnFailure: true"));
    assertThat(child.getMetadata().getName()).isEqualTo("up");
    assertThat(child.getMetadata().getNamespace()).isEqualTo("ns");
    assertThat(child.getMetadata().getLabels())
        .containsEntry("app.kubernetes.io/managed-by", "nodeopupgrade-controller")
        .containsEntry("nodeopupgrade.kairos.io/name", "up");
    assertThat(child.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(
            owner -> {
              assertThat(owner.getKind()).isEqualTo("NodeOpUpgrade");
              assertThat(owner.getController()).isTrue();
            });
    NodeOpSpec spec = child.getSpec();
    assertThat(spec.image()).isEqualTo("new");
    assertThat(spec.cordon()).isTrue();
    assertThat(spec.hostMountPath()).isEqualTo("/host");
    assertThat(spec.drainOptions().enabled()).isTrue();
    assertThat(spec.drainOptions().force()).isNull();
    assertThat(spec.concurrency()).isEqualTo(1);
    assertThat(spec.stopOnFailure()).isTrue();
    assertThat(spec.backoffLimit()).isNull();
    NodeOpUpgradeStatus status = UpgradePlanner.initializing(upgrade(""));
    assertThat(status.phase()).isEqualTo("Initializing");
    assertThat(status.message()).isEqualTo("NodeOp created");
    assertThat(status.nodeOpName()).isEqualTo("up");
  }

  @Test
  void pullSecretsAreHandedOn() {
    assertThat(child("imagePullSecrets: [{name: login}]").imagePullSecrets())
        .singleElement()
        .satisfies(secret -> assertThat(secret.getName()).isEqualTo("login"));
  }

  @Test
  void uncordonOnFailureIsHandedOn() {
    assertThat(child("uncordonOnFailure: true").uncordonOnFailure()).isTrue();
  }

  @Test
  void withoutItTheChildLeavesItToItsDefaultOfFalse() {
    assertThat(child("").uncordonOnFailure()).isNull();
  }

  @Test
  void theActiveSystemAlone() {
    assertThat(script(""))
        .contains(
            "kairos-agent upgrade --source dir:/", "get_version()", "mount --rbind /host/dev /dev")
        .doesNotContain("--recovery", "FORCE=true")
        .endsWith("exit 0\n");
  }

  @Test
  void theRecoverySystemAlone() {
    assertThat(script("upgradeRecovery: true\nupgradeActive: false"))
        .contains("kairos-agent upgrade --recovery --source dir:/");
  }

  @Test
  void bothWithTheRecoverySystemFirst() {
    assertThat(script("upgradeRecovery: true"))
        .containsSubsequence(
            "# Upgrade recovery partition",
            "kairos-agent upgrade --recovery --source dir:/",
            "# Upgrade active partition",
            "kairos-agent upgrade --source dir:/");
  }

  @Test
  void forcedNothingIsCompared() {
    assertThat(script("force: true")).doesNotContain("get_version()");
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, true", "true, true"})
  void debugReachesEachCallOfTheAgent(boolean active, boolean recovery) {
    String script =
        script("debug: true\nupgradeActive: " + active + "\nupgradeRecovery: " + recovery);
    assertThat(script)
        .contains("kairos-agent --debug upgrade")
        .doesNotContain("kairos-agent upgrade");
  }

  @Test
  void withoutDebugThereIsNone() {
    assertThat(script("")).doesNotContain("--debug");
  }

  @Test
  void theStatusOfTheChildIsMirrored() {
    NodeOp child = UpgradePlanner.child(upgrade(""));
    Map.of(
            "Running", "Upgrade operation is running",
            "Completed", "Upgrade operation completed successfully",
            "Failed", "Upgrade operation failed",
            "", "Upgrade operation is pending")
        .forEach(
            (phase, message) -> {
              child.setStatus(
                  new NodeOpStatus(
                      phase.isEmpty() ? null : phase,
                      Map.of(),
                      null,
                      null,
                      null,
                      null,
                      null,
                      null,
                      null,
                      null));
              NodeOpUpgradeStatus status = UpgradePlanner.mirrored(upgrade(""), child);
              assertThat(status.phase()).isEqualTo(phase);
              assertThat(status.message()).isEqualTo(message);
            });
  }

  @Test
  void bothHaveTheSameNameSoThatThereIsNeverASecondOne() {
    assertThat(UpgradePlanner.child(upgrade("")).getMetadata().getGenerateName()).isNull();
    assertThat(UpgradePlanner.child(upgrade("")).getMetadata().getName()).isEqualTo("up");
  }

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "'upgradeActive: true', true",
    "'upgradeActive: false', false",
    "'upgradeRecovery: true', true"
  })
  void theNodeRebootsIfItsActiveSystemChanges(String spec, boolean reboots) {
    assertThat(child(spec).rebootOnSuccess()).isEqualTo(reboots);
  }

  @Test
  void thereIsAPreflight() {
    assertThat(child("").preflight().command()).hasSize(3).startsWith("/bin/sh", "-c");
    assertThat(child("").preflight().activeDeadlineSeconds())
        .as("in which a system of two GiB is pulled as well")
        .isEqualTo(1800);
    assertThat(child("").preflight().image()).isNull();
  }

  @Test
  void forcedThereIsNoPreflight() {
    assertThat(child("force: true").preflight()).isNull();
  }

  @Test
  void theVersionOfTheActiveSystemDoesNotSkipTheRecoverySystem() {
    assertThat(child("upgradeRecovery: true\nupgradeActive: false").preflight()).isNull();
    assertThat(script("upgradeRecovery: true\nupgradeActive: false"))
        .doesNotContain("get_version()");
  }

  private static final String AGENT = "kairos-agent upgrade --source dir:/";
  private static final String RECOVERY = "kairos-agent upgrade --recovery --source dir:/";

  @Test
  void hostsAndHostnameAreNeverInstalled() {
    assertThat(script("")).contains(AGENT + DEFAULTS + "\n");
  }

  @Test
  void pathsOfTheUserFollow() {
    assertThat(script("excludePaths: [/opt/a, /opt/b]"))
        .contains(AGENT + DEFAULTS + " --exclude-path '/opt/a' --exclude-path '/opt/b'\n");
  }

  @Test
  void anEmptyListKeepsTheDefaults() {
    assertThat(script("excludePaths: []")).contains(AGENT + DEFAULTS + "\n");
  }

  @Test
  void theyCountForTheRecoverySystem() {
    assertThat(script("upgradeRecovery: true\nupgradeActive: false\nexcludePaths: [/x]"))
        .contains(RECOVERY + DEFAULTS + " --exclude-path '/x'\n");
  }

  @Test
  void theyCountForBoth() {
    assertThat(script("upgradeRecovery: true\nexcludePaths: [/x]"))
        .contains(
            RECOVERY + DEFAULTS + " --exclude-path '/x'\n",
            AGENT + DEFAULTS + " --exclude-path '/x'\n");
  }

  @Test
  void eachIsOneWord() {
    assertThat(script("excludePaths: ['/opt/a b']")).contains(" --exclude-path '/opt/a b'\n");
  }

  @Test
  void aQuoteInOneIsEscaped() {
    assertThat(script("excludePaths: [\"/x'y\"]")).contains(" --exclude-path '/x'\\''y'\n");
  }

  @Test
  void theHealthGateIsOnUnlessItIsSwitchedOff() {
    assertThat(child("").healthGate().enabled()).isTrue();
    assertThat(child("healthGate: {enabled: false}").healthGate().enabled()).isFalse();
    assertThat(child("healthGate: {onFailure: Rollback}").healthGate())
        .isEqualTo(new NodeOpSpec.HealthGate(true, null, "Rollback"));
    assertThat(child("upgradeRecovery: true\nupgradeActive: false").healthGate()).isNull();
  }

  @Test
  void nothingIsWrittenThatTheSchemaDoesNotHave() {
    Map<?, ?> tree =
        JSON.convertValue(child("drainOptions: {force: true}\nforce: false"), Map.class);
    assertThat(tree.get("drainOptions"))
        .isEqualTo(Map.of("enabled", true, "force", true, "deleteEmptyDirData", true));
  }
}
