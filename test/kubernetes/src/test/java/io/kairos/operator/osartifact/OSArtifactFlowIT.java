package io.kairos.operator.osartifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kairos.operator.Conditions;
import io.kairos.operator.EventRecorder;
import io.kairos.operator.NodeCache;
import io.kairos.operator.OperatorContext;
import io.kairos.operator.OperatorEnvironment;
import io.kairos.operator.OperatorOptions;
import io.kairos.operator.metrics.MetricsRegistry;
import io.kairos.operator.osartifact.OSArtifactStatus.Phase;
import io.kairos.operator.osartifact.OSArtifactStatus.Step;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The controller's looks, one by one, against a real API server; the kubelet's part is played. */
@Tag("cluster")
class OSArtifactFlowIT {
  private static final String ISO = "{image: {ref: a}, artifacts: {iso: true}}";
  private static final int TAIL = 2048;

  private static ApiServer server;
  private static KubernetesClient client;
  private static EventRecorder events;

  private final AtomicReference<Instant> clock = new AtomicReference<>(Instant.now());
  private String namespace;
  private OSArtifactReconciler reconciler;

  @BeforeAll
  static void open() {
    server = ApiServer.open();
    client = server.client();
    events = new EventRecorder(client, Instant::now);
  }

  @AfterAll
  static void close() {
    if (server != null) {
      events.close();
      server.close();
    }
  }

  @BeforeEach
  void prepare() {
    namespace = server.namespace();
    reconciler = reconciler(Map.of());
  }

  private OSArtifactReconciler reconciler(Map<String, String> environment) {
    return new OSArtifactReconciler(
        new OperatorContext(
            client,
            OperatorOptions.parse(List.of("--tool-image=tool:1", "--buildah-image=buildah:1")),
            OperatorEnvironment.of(environment),
            new NodeCache(client),
            events,
            new MetricsRegistry(),
            clock::get));
  }

  private void create(String name, String spec) {
    server.create(namespace, name, spec);
  }

  /** One look of the controller. */
  private Optional<Duration> look(String name) {
    return reconciler
        .reconcile(server.get(namespace, name), null)
        .getScheduleDelay()
        .map(Duration::ofMillis);
  }

  private OSArtifactStatus status(String name) {
    return server.status(namespace, name);
  }

  /** Those that build; the Job controller makes others for exporters. */
  private List<Pod> pods() {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabel(Children.ARTIFACT_LABEL)
        .list()
        .getItems();
  }

  private Pod pod() {
    assertThat(pods()).hasSize(1);
    return pods().getFirst();
  }

  private List<Job> jobs() {
    return client.batch().v1().jobs().inNamespace(namespace).list().getItems();
  }

  private void secret(String name, Map<String, String> data) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .withStringData(data)
                .build())
        .serverSideApply();
  }

  private String rendered(String artifact) {
    Secret secret =
        client.secrets().inNamespace(namespace).withName(artifact + "-rendered-ocispec").get();
    return new String(
        Base64.getDecoder().decode(secret.getData().get("ociSpec")), StandardCharsets.UTF_8);
  }

  // ---- the kubelet's part ----

  private static ContainerStatus ended(String name, int code, String message) {
    return new ContainerStatusBuilder()
        .withName(name)
        .withImage("i")
        .withImageID("i")
        .withReady(false)
        .withRestartCount(0)
        .withNewState()
        .withNewTerminated()
        .withExitCode(code)
        .withMessage(message)
        .withStartedAt("2026-01-01T00:00:00Z")
        .withFinishedAt("2026-01-01T00:01:00Z")
        .endTerminated()
        .endState()
        .build();
  }

  private static ContainerStatus waiting(String name, String reason, String message) {
    return new ContainerStatusBuilder()
        .withName(name)
        .withImage("i")
        .withImageID("")
        .withReady(false)
        .withRestartCount(0)
        .withNewState()
        .withNewWaiting()
        .withReason(reason)
        .withMessage(message)
        .endWaiting()
        .endState()
        .build();
  }

  private void podIs(String phase, List<ContainerStatus> inits, List<ContainerStatus> mains) {
    client
        .resource(pod())
        .editStatus(
            pod -> {
              pod.getStatus().setPhase(phase);
              pod.getStatus().setInitContainerStatuses(inits);
              pod.getStatus().setContainerStatuses(mains);
              return pod;
            });
  }

  private void podSucceeds() {
    podIs(
        "Succeeded",
        List.of(ended(BuilderPod.PULL_IMAGE, 0, "")),
        List.of(
            ended(
                "build-iso",
                0,
                "{\"file\":\"demo.iso\",\"size\":12345678901,\"sha256\":\"aa\"}\n")));
  }

  private void jobEnds(String name, String type, String message) {
    var resource = client.batch().v1().jobs().inNamespace(namespace).withName(name);
    resource.waitUntilCondition(
        job -> job.getStatus().getStartTime() != null, 60, TimeUnit.SECONDS); // by its controller
    resource.editStatus(
        job -> {
          var status = new io.fabric8.kubernetes.api.model.batch.v1.JobStatus();
          String now = Conditions.time(Instant.now());
          status.setStartTime(job.getStatus().getStartTime());
          boolean isGood = type.equals("Complete");
          String criteria = isGood ? "SuccessCriteriaMet" : "FailureTarget";
          status.setConditions(
              java.util.stream.Stream.of(criteria, type)
                  .map(
                      each ->
                          new io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder()
                              .withType(each)
                              .withStatus("True")
                              .withMessage(message)
                              .withReason("Reason")
                              .withLastTransitionTime(now)
                              .withLastProbeTime(now)
                              .build())
                  .toList());
          if (isGood) {
            status.setCompletionTime(now);
            status.setSucceeded(
                job.getSpec().getCompletions() == null ? 1 : job.getSpec().getCompletions());
          } else {
            status.setFailed(1);
          }
          job.setStatus(status);
          return job;
        });
  }

  // ---- tests ----

  @Test
  void aBuildGoesFromPendingOverBuildingToReady() {
    create("demo", ISO);
    assertThat(status("demo").phase()).isEqualTo(Phase.PENDING);
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.BUILDING);
    Pod pod = pod();
    assertThat(pod.getMetadata().getLabels()).containsEntry("build.kairos.io/artifact", "demo");
    assertThat(pod.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(
            owner -> {
              assertThat(owner.getKind()).isEqualTo("OSArtifact");
              assertThat(owner.getController()).isNull();
            });
    assertThat(client.configMaps().inNamespace(namespace).withName("demo").get().getData())
        .containsOnlyKeys("grub.cfg", "os-release", "kairos-release", "cloud-config.yaml");
    assertThat(
            client
                .persistentVolumeClaims()
                .inNamespace(namespace)
                .withName("demo-artifacts")
                .get()
                .getSpec()
                .getResources()
                .getRequests()
                .get("storage")
                .toString())
        .isEqualTo("10Gi");

    look("demo");
    assertThat(pods()).hasSize(1);
    podSucceeds();
    look("demo");
    OSArtifactStatus done = status("demo");
    assertThat(done.phase()).isEqualTo(Phase.READY);
    assertThat(done.progress()).isEqualTo("2/2");
    assertThat(done.artifacts())
        .containsExactly(
            new OSArtifactStatus.Artifact("iso", "demo.iso", Optional.of(12345678901L), "aa"));
    assertThat(Conditions.of(done.conditions()).isTrue(StatusDraft.COMPLETE)).isTrue();
    assertThat(done.completionTime()).isPresent();
  }

  @Test
  void manyLooksAndAForgottenStatusMakeOnePod() {
    create("demo", ISO);
    look("demo");
    client
        .resources(OSArtifact.class)
        .inNamespace(namespace)
        .withName("demo")
        .subresource("status")
        .patch(
            io.fabric8.kubernetes.client.dsl.base.PatchContext.of(
                io.fabric8.kubernetes.client.dsl.base.PatchType.JSON_MERGE),
            "{\"status\":null}"); // as if the process had died before it wrote
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.BUILDING);
    assertThat(status("demo").builderPod()).isEqualTo(pod().getMetadata().getName());
    look("demo");
    pod();
  }

  @Test
  void anInvalidSpecIsToldAndNothingIsMade() {
    create(
        "demo",
        "{}".equals(ISO) ? ISO : "{image: {ref: a}, artifacts: {iso: true, cloudImage: true}}");
    assertThat(look("demo")).isEmpty();
    OSArtifactStatus status = status("demo");
    assertThat(status.phase()).isEqualTo(Phase.ERROR);
    assertThat(status.message()).contains("cannot build cloudImage yet", "it builds iso");
    assertThat(Conditions.of(status.conditions()).find(StatusDraft.ACCEPTED))
        .hasValueSatisfying(
            each -> {
              assertThat(each.getStatus()).isEqualTo("False");
              assertThat(each.getReason()).isEqualTo("UnsupportedArtifact");
            });
    ApiServer.assertNothing(client, namespace);
  }

  @ParameterizedTest
  @CsvSource({"cloudImage", "azureImage", "gceImage", "netboot"})
  void aKindThatCannotBeBuiltIsRefusedByName(String kind) {
    create("demo", "{image: {ref: a}, artifacts: {" + kind + ": true}}");
    look("demo");
    assertThat(status("demo").message()).contains("cannot build " + kind + " yet");
    ApiServer.assertNothing(client, namespace);
  }

  @Test
  void whoseToolsCanBuildMoreSaysSo() {
    reconciler = reconciler(Map.of(OSArtifactReconciler.KINDS_VARIABLE, "iso, cloudImage"));
    create("demo", "{image: {ref: a}, artifacts: {cloudImage: true}}");
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.BUILDING);
  }

  @Test
  void aSpecThatThePodRefusesIsAnErrorOfTheSpec() {
    create(
        "demo",
        "{image: {ref: a}, artifacts: {iso: true}, tolerations: [{key: k, operator: Nonsense}]}");
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.ERROR);
    assertThat(status("demo").message()).contains("Nonsense");
    assertThat(pods()).isEmpty();
  }

  @Test
  void anErrorStaysUntilTheSpecChanges() {
    create("demo", "{image: {ref: a}, artifacts: {cloudImage: true}}");
    look("demo");
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.ERROR);
    client
        .resource(server.get(namespace, "demo"))
        .edit(
            each -> {
              each.setSpec(ApiServer.tree(ISO));
              return each;
            });
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.BUILDING);
    assertThat(status("demo").message()).isEmpty();
    assertThat(Conditions.of(status("demo").conditions()).isTrue(StatusDraft.ACCEPTED)).isTrue();
  }

  @Test
  void missingSecretsAreWaitedFor() {
    create(
        "demo",
        "{image: {ref: a}, artifacts: {iso: true, cloudConfigRef: {name: c, key: userdata}}}");
    assertThat(look("demo")).isPresent();
    OSArtifactStatus waiting = status("demo");
    assertThat(waiting.phase()).isEqualTo(Phase.PENDING);
    assertThat(waiting.message()).isEqualTo("waiting for Secret c (key userdata)");
    assertThat(Conditions.of(waiting.conditions()).isTrue(StatusDraft.WAITING_FOR_INPUTS)).isTrue();
    assertThat(pods()).isEmpty();

    secret("c", Map.of("other", "x"));
    look("demo");
    assertThat(pods()).isEmpty();

    secret("c", Map.of("userdata", "#cloud-config\n"));
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.BUILDING);
    assertThat(Conditions.of(status("demo").conditions()).isTrue(StatusDraft.WAITING_FOR_INPUTS))
        .isFalse();
  }

  @Test
  void anImageThatCannotBePulledIsShown() {
    create("demo", ISO);
    look("demo");
    podIs(
        "Pending",
        List.of(waiting(BuilderPod.PULL_IMAGE, "ImagePullBackOff", "no such image")),
        List.of(waiting("build-iso", "PodInitializing", "")));
    look("demo");
    OSArtifactStatus status = status("demo");
    assertThat(status.phase()).isEqualTo(Phase.BUILDING);
    assertThat(status.message())
        .isEqualTo("pull-image-baseimage: ImagePullBackOff (tool:1): no such image");
    assertThat(Conditions.of(status.conditions()).isTrue(StatusDraft.DEGRADED)).isTrue();
  }

  @Test
  void aFailedStepIsToldWithItsCodeAndTheEndOfItsLog() {
    create("demo", ISO);
    look("demo");
    podIs(
        "Failed",
        List.of(ended(BuilderPod.PULL_IMAGE, 0, "")),
        List.of(ended("build-iso", 3, "x".repeat(3000) + " no space left")));
    look("demo");
    OSArtifactStatus status = status("demo");
    assertThat(status.phase()).isEqualTo(Phase.ERROR);
    assertThat(status.message())
        .startsWith("build-iso failed: exit code 3: xxx")
        .endsWith("no space left")
        .hasSizeLessThan(TAIL + 100);
    assertThat(status.steps())
        .extracting(Step::name, Step::state)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(BuilderPod.PULL_IMAGE, Step.FINISHED),
            org.assertj.core.groups.Tuple.tuple("build-iso", Step.FAILED));
  }

  @Test
  void aBuildWhosePodIsLostGoesOnWithoutWhatIsFinished() {
    secret("d", Map.of("ociSpec", "FROM a\n"));
    create("demo", "{image: {ociSpec: {ref: {name: d}}}, artifacts: {iso: true}}");
    look("demo");
    String first = pod().getMetadata().getName();
    podIs(
        "Running",
        List.of(ended(BuilderPod.BUILDAH, 0, ""), waiting(BuilderPod.EXTRACT, "", "")),
        List.of(waiting("build-iso", "PodInitializing", "")));
    look("demo");
    client.resource(pod()).withGracePeriod(0).delete();
    look("demo");
    Pod second = pod();
    assertThat(second.getMetadata().getName()).isNotEqualTo(first);
    assertThat(BuilderState.containers(second))
        .extracting("name")
        .containsExactly(BuilderPod.EXTRACT, "build-iso");
    assertThat(status("demo").attempt()).isEqualTo(2);
    assertThat(status("demo").progress()).isEqualTo("1/3");
  }

  @Test
  void aFinishedStepWhoseInputsChangedRunsAgain() {
    secret("d", Map.of("ociSpec", "FROM a\n"));
    create("demo", "{image: {ociSpec: {ref: {name: d}}}, artifacts: {iso: true}}");
    look("demo");
    podIs(
        "Running",
        List.of(ended(BuilderPod.BUILDAH, 0, ""), waiting(BuilderPod.EXTRACT, "", "")),
        List.of(waiting("build-iso", "PodInitializing", "")));
    look("demo");
    secret("d", Map.of("ociSpec", "FROM b\n"));
    client.resource(pod()).withGracePeriod(0).delete();
    look("demo");
    assertThat(BuilderState.containers(pod()))
        .extracting("name")
        .containsExactly(BuilderPod.BUILDAH, BuilderPod.EXTRACT, "build-iso");
  }

  @Test
  void aBuildThatIsLostTooOftenIsAnError() {
    create("demo", "{image: {ref: a}, artifacts: {iso: true}, retries: 1}");
    for (int i = 0; i < 2; i++) {
      look("demo");
      client.resource(pod()).withGracePeriod(0).delete();
    }
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.ERROR);
    assertThat(status("demo").message()).startsWith("the build was lost 2 times");
    assertThat(pods()).isEmpty();
  }

  @Test
  void aBuildThatTakesTooLongIsAnErrorEvenWithoutANode() {
    create("demo", "{image: {ref: a}, artifacts: {iso: true}, activeDeadlineSeconds: 60}");
    look("demo");
    assertThat(pod().getSpec().getActiveDeadlineSeconds()).isEqualTo(60);
    assertThat(look("demo")).hasValueSatisfying(again -> assertThat(again).isPositive());
    clock.updateAndGet(now -> now.plusSeconds(61));
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.ERROR);
    assertThat(status("demo").message()).contains("activeDeadlineSeconds: 60");
    assertThat(pods()).isEmpty();
  }

  @Test
  void valuesOfTheTemplateComeFromSecretAndSpec() {
    secret("d", Map.of("ociSpec", "FROM {{ .Base }}\nRUN {{ .Cmd }}{{ .None }}\n"));
    secret("v", Map.of("Base", "secret-base", "Cmd", "secret-cmd"));
    create(
        "demo",
        "{image: {ociSpec: {ref: {name: d}, templateValuesFrom: {name: v}, templateValues: {Cmd: inline}}}}");
    look("demo");
    assertThat(rendered("demo")).isEqualTo("FROM secret-base\nRUN inline\n");
    Secret made = client.secrets().inNamespace(namespace).withName("demo-rendered-ocispec").get();
    assertThat(made.getMetadata().getOwnerReferences().getFirst().getController()).isTrue();

    secret("v", Map.of("Base", "changed", "Cmd", "c"));
    client.resource(pod()).withGracePeriod(0).delete();
    look("demo");
    assertThat(rendered("demo")).isEqualTo("FROM changed\nRUN inline\n");
  }

  @Test
  void aDockerfileWithBracesIsTakenAsItIsWhenTemplatesAreDisabled() {
    secret("d", Map.of("Dockerfile", "RUN docker inspect -f '{{.Id}}'\n"));
    create("demo", "{image: {ociSpec: {ref: {name: d, key: Dockerfile}, template: disabled}}}");
    look("demo");
    assertThat(rendered("demo")).isEqualTo("RUN docker inspect -f '{{.Id}}'\n");
  }

  @Test
  void aTemplateThatIsNoneIsAnErrorOfTheSpec() {
    secret("d", Map.of("ociSpec", "{{ define \"x\" }}{{ end }}"));
    create("demo", "{image: {ociSpec: {ref: {name: d}}}}");
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.ERROR);
    assertThat(status("demo").message()).contains("forbidden");
    assertThat(pods()).isEmpty();
  }

  @Test
  void aSecretOfSomebodyElseIsNotOverwritten() {
    secret("d", Map.of("ociSpec", "FROM a\n"));
    secret("demo-rendered-ocispec", Map.of("ociSpec", "mine"));
    create("demo", "{image: {ociSpec: {ref: {name: d}}}}");
    look("demo");
    String uid = server.get(namespace, "demo").getMetadata().getUid();
    assertThat(status("demo").phase()).isEqualTo(Phase.ERROR);
    assertThat(status("demo").message())
        .contains("already exists and is not owned by this OSArtifact", uid);
    assertThat(rendered("demo")).isEqualTo("mine");
  }

  @Test
  void aConfigMapOfSomebodyElseIsNotUsed() {
    client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("demo")
                .withNamespace(namespace)
                .endMetadata()
                .addToData("os-release", "theirs")
                .build())
        .create();
    create("demo", ISO);
    look("demo");
    assertThat(status("demo").message()).contains("ConfigMap demo already exists");
    assertThat(pods()).isEmpty();
  }

  @Test
  void theImageAloneNeedsAVolumeToo() {
    create("demo", "{image: {buildOptions: {version: v1, baseImage: u}}}");
    look("demo");
    assertThat(pod().getSpec().getInitContainers()).isEmpty();
    assertThat(pod().getSpec().getContainers()).extracting("name").containsExactly("buildah-build");
    assertThat(
            client.persistentVolumeClaims().inNamespace(namespace).withName("demo-artifacts").get())
        .isNotNull();
    assertThat(rendered("demo")).startsWith("ARG BASE_IMAGE");
  }

  @Test
  void anOldManifestIsBuiltAsWhatItBecame() {
    create("demo", "{imageName: 'quay.io/kairos/core:1', iso: true}");
    look("demo");
    assertThat(pod().getSpec().getInitContainers().getFirst().getArgs().getFirst())
        .contains("auroraboot unpack quay.io/kairos/core:1 /rootfs");
    assertThat(server.raw(namespace, "demo").<Map<String, Object>>get("spec"))
        .containsOnlyKeys("imageName", "iso");
  }

  private static String exporting(String... exporters) {
    return "{image: {ref: a}, artifacts: {iso: true}, exporters: ["
        + String.join(", ", exporters)
        + "]}";
  }

  private static final String EXPORTER =
      "{template: {metadata: {labels: {team: os}}, spec: {restartPolicy: Never, containers: [{name: c, image: i, volumeMounts: [{name: artifacts, mountPath: /artifacts}]}]}}}";
  private static final String THREE_TIMES =
      EXPORTER.replaceFirst("\\{", "{completions: 3, completionMode: NonIndexed, ");

  @Test
  void exportersRunTogetherAndAllHaveToEnd() {
    create("demo", exporting(EXPORTER, THREE_TIMES));
    look("demo");
    podSucceeds();
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.EXPORTING);
    assertThat(jobs())
        .extracting(each -> each.getMetadata().getName())
        .containsExactlyInAnyOrder("demo-export-0", "demo-export-1");
    Job job = client.batch().v1().jobs().inNamespace(namespace).withName("demo-export-0").get();
    assertThat(job.getMetadata().getAnnotations())
        .containsEntry("build.kairos.io/export-index", "0");
    assertThat(job.getSpec().getBackoffLimit()).isZero();
    assertThat(job.getSpec().getTemplate().getMetadata().getLabels()).containsEntry("team", "os");
    assertThat(job.getSpec().getTemplate().getSpec().getVolumes())
        .anySatisfy(
            volume -> {
              assertThat(volume.getName()).isEqualTo("artifacts");
              assertThat(volume.getPersistentVolumeClaim().getReadOnly()).isTrue();
            });

    jobEnds("demo-export-0", "Complete", "");
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.EXPORTING);
    jobEnds("demo-export-1", "Complete", "");
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.READY);
  }

  @Test
  void anExporterThatFailsIsToldByName() {
    create("demo", exporting(EXPORTER));
    look("demo");
    podSucceeds();
    look("demo");
    jobEnds("demo-export-0", "Failed", "no route to host");
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.ERROR);
    assertThat(status("demo").message())
        .isEqualTo("export job demo-export-0 failed: no route to host");
  }

  @Test
  void artifactsOfOneNameInTwoNamespacesDoNotMeet() {
    create("demo", ISO);
    look("demo");
    podSucceeds();
    String other = server.namespace();
    server.create(other, "demo", ISO);
    reconciler.reconcile(server.get(other, "demo"), null);
    assertThat(server.status(other, "demo").phase()).isEqualTo(Phase.BUILDING);
    assertThat(client.pods().inNamespace(other).list().getItems()).hasSize(1);
  }

  @Test
  void longNamesWork() {
    String name = "a".repeat(63) + "." + "b".repeat(150);
    create(name, exporting(EXPORTER));
    look(name);
    assertThat(status(name).phase()).isEqualTo(Phase.BUILDING);
    podSucceeds();
    look(name);
    assertThat(status(name).phase()).isEqualTo(Phase.EXPORTING);
    assertThat(jobs()).hasSize(1);
    assertThat(OSArtifactReconciler.artifactOf(pod()))
        .singleElement()
        .satisfies(
            id -> {
              assertThat(id.getName()).isEqualTo(name);
              assertThat(id.getNamespace()).contains(namespace);
            });
  }

  @Test
  void afterItsTimeAllButTheArtifactIsDeleted() {
    create("demo", "{image: {ref: a}, artifacts: {iso: true}, ttlSecondsAfterFinished: 60}");
    look("demo");
    podSucceeds();
    assertThat(look("demo")).isPresent();
    assertThat(look("demo")).isPresent();
    assertThat(pods()).hasSize(1);
    clock.updateAndGet(now -> now.plusSeconds(61));
    look("demo");
    assertThat(status("demo").phase()).isEqualTo(Phase.READY);
    assertThat(status("demo").cleanupTime()).isPresent();
    client
        .pods()
        .inNamespace(namespace)
        .withName(status("demo").builderPod())
        .waitUntilCondition(java.util.Objects::isNull, 60, TimeUnit.SECONDS);
    assertThat(
            Optional.ofNullable(
                    client
                        .persistentVolumeClaims()
                        .inNamespace(namespace)
                        .withName("demo-artifacts")
                        .get())
                .filter(each -> each.getMetadata().getDeletionTimestamp() == null))
        .isEmpty();
  }

  @Test
  void whatUpstreamHasEndedIsNotBuiltAgain() {
    create("demo", ISO);
    client
        .resources(OSArtifact.class)
        .inNamespace(namespace)
        .withName("demo")
        .subresource("status")
        .patch(
            io.fabric8.kubernetes.client.dsl.base.PatchContext.of(
                io.fabric8.kubernetes.client.dsl.base.PatchType.JSON_MERGE),
            "{\"status\":{\"phase\":\"Error\"}}");
    look("demo");
    assertThat(pods()).isEmpty();
    assertThat(status("demo").phase()).isEqualTo(Phase.ERROR);
  }
}
