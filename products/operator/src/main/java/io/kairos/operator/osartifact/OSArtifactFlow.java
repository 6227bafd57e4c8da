package io.kairos.operator.osartifact;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.kairos.base.InvalidConfig;
import io.kairos.operator.EventRecorder.Severity;
import io.kairos.operator.OperatorContext;
import io.kairos.operator.Owners;
import io.kairos.operator.nodeop.JobFacts;
import io.kairos.operator.osartifact.OSArtifactSpec.OciSpec;
import io.kairos.operator.osartifact.OSArtifactSpec.SecretKey;
import io.kairos.operator.osartifact.OSArtifactStatus.Phase;
import io.kairos.operator.osartifact.OSArtifactStatus.Step;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Brings one artifact a step further. Whatever it makes has a name that follows from the artifact,
 * and is looked up by that name on the API server itself, so that a crash, a conflict or a stale
 * cache never leads to a second one.
 */
final class OSArtifactFlow {
  /** Reason of the conditions of a build whose exporter failed. */
  static final String EXPORT_FAILED = "ExportFailed";

  private static final int UNPROCESSABLE = 422;

  /** Missing Secrets usually come a moment after the artifact; later somebody has to be asked. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private static final Duration LATER = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final OperatorContext context;
  private final KubernetesClient client;
  private final BuilderPod.Images images;
  private final Set<ArtifactKind> kinds;

  /**
   * @param kinds that the tools can make; others are refused
   */
  OSArtifactFlow(OperatorContext context, BuilderPod.Images images, Set<ArtifactKind> kinds) {
    this.context = context;
    this.client = context.client();
    this.images = images;
    this.kinds = Set.copyOf(kinds);
  }

  /**
   * What one look led to.
   *
   * @param status when it has to be written
   * @param again when nothing else would start the next look
   */
  record Outcome(Optional<OSArtifactStatus> status, Optional<Duration> again) {}

  /** Ends the look at once, with a status that says why. */
  private static final class Stop extends Exception {
    private static final long serialVersionUID = 1L;
    private final Duration again;

    Stop(Duration again) {
      super("stop", null, false, false);
      this.again = again;
    }

    static Stop untilSomethingHappens() {
      return new Stop(null);
    }
  }

  /** One look: the artifact, what belongs to it, and the status that comes of it. */
  private record Look(
      OSArtifact artifact, OSArtifactSpec spec, Children children, StatusDraft draft) {
    long generation() {
      return artifact.getMetadata().getGeneration();
    }
  }

  Outcome look(OSArtifact artifact) {
    OSArtifactStatus before = OSArtifactStatus.read(artifact.getStatus());
    var draft =
        new StatusDraft(before, artifact.getMetadata().getGeneration(), context.clock().instant());
    Optional<Duration> again = Optional.empty();
    if (isTerminating(artifact.getMetadata().getNamespace())) {
      return new Outcome(Optional.empty(), Optional.empty());
    }
    try {
      again = go(artifact, before, draft);
    } catch (Stop stop) {
      again = Optional.ofNullable(stop.again);
    } catch (InvalidConfig invalid) {
      draft.refused("InvalidSpec", invalid.getMessage());
    }
    tellChange(artifact, before, draft);
    return new Outcome(draft.isChanged() ? Optional.of(draft.finished()) : Optional.empty(), again);
  }

  private Optional<Duration> go(OSArtifact artifact, OSArtifactStatus before, StatusDraft draft)
      throws Stop {
    boolean isEdited =
        before.observedGeneration() != 0 && before.observedGeneration() != generation(artifact);
    // One that upstream's operator has ended is not built again only because we came.
    if (before.phase() == Phase.ERROR && isEdited) {
      draft.startOver();
    }
    if (draft.phase().isFinal()) {
      return cleanUp(artifact, draft);
    }
    OSArtifactSpec spec = OSArtifactSpec.read(artifact.getSpec());
    var look = new Look(artifact, spec, new Children(artifact), draft);
    if (draft.phase() != Phase.EXPORTING) {
      build(look);
    }
    return export(look);
  }

  private static long generation(OSArtifact artifact) {
    return artifact.getMetadata().getGeneration();
  }

  private boolean isTerminating(String namespace) {
    Namespace found = client.namespaces().withName(namespace).get();
    return found == null || found.getMetadata().getDeletionTimestamp() != null;
  }

  // ---- stage 1 and 2 ----

  /** Returns when everything is built. */
  private void build(Look look) throws Stop {
    accept(look);
    Optional<Pod> pod = builder(look);
    if (pod.isEmpty() && look.draft().phase() == Phase.BUILDING) {
      lost(look, "its pod " + look.draft().builderPod() + " is gone");
    }
    if (pod.isPresent()) {
      follow(look, pod.get());
      return;
    }
    start(look);
  }

  private void accept(Look look) throws Stop {
    Optional<String> problem = SpecValidation.problem(look.spec());
    if (problem.isPresent()) {
      look.draft().refused("InvalidSpec", problem.get());
      throw Stop.untilSomethingHappens();
    }
    List<String> unknown =
        look.spec().artifacts().map(ArtifactKind::of).orElse(List.of()).stream()
            .filter(kind -> !kinds.contains(kind))
            .map(ArtifactKind::key)
            .toList();
    if (!unknown.isEmpty()) {
      look.draft()
          .refused(
              "UnsupportedArtifact",
              "this operator cannot build "
                  + String.join(", ", unknown)
                  + " yet; it builds "
                  + kinds.stream()
                      .sorted()
                      .map(ArtifactKind::key)
                      .collect(Collectors.joining(", ")));
      throw Stop.untilSomethingHappens();
    }
    look.draft().condition(StatusDraft.ACCEPTED, true, "Valid", "the spec can be built");
  }

  private Optional<Pod> builder(Look look) {
    String namespace = look.children().namespace();
    int attempt = Math.max(1, look.draft().attempt());
    String name =
        look.draft().builderPod().isEmpty()
            ? look.children().builderName(look.generation(), attempt)
            : look.draft().builderPod();
    Optional<Pod> named =
        Optional.ofNullable(client.pods().inNamespace(namespace).withName(name).get())
            .filter(look.children()::own);
    if (named.isPresent() || !look.draft().builderPod().isEmpty()) {
      return named;
    }
    // One that upstream's operator began has a name that nobody can know.
    return look.draft().phase() == Phase.BUILDING
        ? client
            .pods()
            .inNamespace(namespace)
            .withLabels(look.children().labels())
            .list()
            .getItems()
            .stream()
            .filter(look.children()::own)
            .max(Comparator.comparing(each -> each.getMetadata().getCreationTimestamp()))
        : Optional.empty();
  }

  /** Returns when the pod has built everything. */
  private void follow(Look look, Pod pod) throws Stop {
    StatusDraft draft = look.draft();
    if (draft.builderPod().isEmpty()) { // made, but the status was not written any more
      draft.attempt(Math.max(1, draft.attempt()), pod.getMetadata().getName());
    }
    if (draft.steps().isEmpty()) {
      draft.planned(steps(look, contents(look)));
    }
    BuilderState state = BuilderState.of(pod);
    draft.observed(state.steps());
    draft.made(state.artifacts());
    if (draft.phase() != Phase.BUILDING) {
      draft.building("pod " + pod.getMetadata().getName());
    }
    switch (state.outcome()) {
      case SUCCEEDED -> {
        return;
      }
      case FAILED -> {
        draft.failed("BuildFailed", state.message());
        throw Stop.untilSomethingHappens();
      }
      case TIMED_OUT -> {
        timedOut(look);
        throw Stop.untilSomethingHappens();
      }
      case LOST -> lost(look, state.message());
      case HELD_UP -> {
        draft.message(state.message());
        draft.condition(StatusDraft.DEGRADED, true, "HeldUp", state.message());
      }
      case WORKING -> {
        draft.message("");
        draft.condition(StatusDraft.DEGRADED, false, "AsExpected", "");
      }
    }
    throw new Stop(untilDeadline(look, pod));
  }

  /**
   * The kubelet counts from when it took the pod; a pod without a node has none to count for it.
   */
  private Duration untilDeadline(Look look, Pod pod) throws Stop {
    Optional<Duration> allowed = look.spec().deadline();
    Optional<Instant> start = look.draft().startTime();
    if (allowed.isEmpty() || start.isEmpty()) {
      return null;
    }
    Duration left = Duration.between(context.clock().instant(), start.get().plus(allowed.get()));
    if (left.isPositive()) {
      return left.plusSeconds(1);
    }
    delete(client.pods().inNamespace(look.children().namespace()).resource(pod));
    timedOut(look);
    throw Stop.untilSomethingHappens();
  }

  private static void timedOut(Look look) {
    String waits =
        look.draft().conditions().isTrue(StatusDraft.DEGRADED)
            ? look.draft().conditions().find(StatusDraft.DEGRADED).orElseThrow().getMessage()
            : "";
    look.draft()
        .failed(
            "DeadlineExceeded",
            "the build took longer than activeDeadlineSeconds: "
                + look.spec().activeDeadlineSeconds().map(String::valueOf).orElse("?")
                + (waits.isEmpty() ? "" : "; " + waits));
  }

  /** Goes on in a new pod, or gives up. */
  private void lost(Look look, String why) throws Stop {
    StatusDraft draft = look.draft();
    int next = draft.attempt() + 1;
    if (next > look.spec().allowedRetries() + 1) {
      draft.failed("BuilderLost", "the build was lost " + draft.attempt() + " times: " + why);
      throw Stop.untilSomethingHappens();
    }
    context
        .events()
        .record(
            look.artifact(),
            Severity.WARNING,
            "BuilderLost",
            why + "; attempt " + next + " begins");
    draft.attempt(next, "");
    draft.phase(Phase.PENDING);
    start(look);
  }

  /** Makes the pod, and what it mounts. Returns when there is nothing left to be built. */
  private void start(Look look) throws Stop {
    StatusDraft draft = look.draft();
    awaitInputs(look);
    Optional<String> definition = definition(look);
    List<String> contents = contents(look);
    if (definition.isPresent()) {
      contents.add(definition.get());
    }
    Map<String, Step> before =
        draft.steps().stream().collect(Collectors.toMap(Step::name, step -> step));
    List<Step> planned = steps(look, contents);
    List<Step> kept = new ArrayList<>();
    for (Step step : planned) {
      Step earlier = before.get(step.name());
      boolean isDone =
          earlier != null && earlier.isFinished() && earlier.inputs().equals(step.inputs());
      kept.add(isDone ? earlier : step);
    }
    Set<String> finished =
        kept.stream().filter(Step::isFinished).map(Step::name).collect(Collectors.toSet());
    draft.planned(kept);

    try {
      if (definition.isPresent()) {
        putDefinition(look, definition.get());
      }
      putConfigMap(look);
      Optional<PersistentVolumeClaim> claim = look.children().claim(look.spec());
      if (claim.isPresent()) {
        create(client.resource(claim.get())); // one that is there already is used
      }
      int attempt = Math.max(1, draft.attempt());
      String name = look.children().builderName(look.generation(), attempt);
      Optional<Pod> pod = BuilderPod.of(look.children(), look.spec(), images, name, finished);
      if (pod.isEmpty()) {
        return;
      }
      create(client.resource(pod.get()));
      draft.attempt(attempt, name);
      draft.message("");
      draft.building("pod " + name);
    } catch (KubernetesClientException e) {
      refusedByServer(look, e);
    }
    throw new Stop(look.spec().deadline().map(allowed -> allowed.plusSeconds(1)).orElse(null));
  }

  /** A spec that the server will never take is an error; a quota is something to wait for. */
  private static void refusedByServer(Look look, KubernetesClientException e) throws Stop {
    if (e.getCode() == UNPROCESSABLE || e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST) {
      look.draft().refused("InvalidSpec", BuilderState.tail(e.getMessage()));
      throw Stop.untilSomethingHappens();
    }
    if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
      look.draft().message(BuilderState.tail(e.getMessage()));
      look.draft()
          .condition(StatusDraft.DEGRADED, true, "Forbidden", BuilderState.tail(e.getMessage()));
      throw new Stop(PATIENCE);
    }
    throw e;
  }

  private List<Step> steps(Look look, List<String> contents) {
    List<Container> containers = BuilderPod.steps(look.children(), look.spec(), images);
    return StepDigests.of(containers, contents).entrySet().stream()
        .map(
            each ->
                new Step(
                    each.getKey(),
                    Step.WAITING,
                    Optional.empty(),
                    Optional.empty(),
                    each.getValue(),
                    ""))
        .toList();
  }

  /** What the steps read besides their own arguments. */
  private List<String> contents(Look look) {
    List<String> contents = new ArrayList<>();
    contents.add(JsonTree.canonical(look.children().configMap(look.spec()).getData()));
    for (Inputs input : Inputs.of(look.spec())) {
      if (input.kind() == Inputs.Kind.SECRET) {
        Optional<Secret> secret = secret(look, input.name());
        contents.add(
            input.render()
                + StepDigests.hash(
                    JsonTree.canonical(secret.map(Secret::getData).orElse(Map.of()))));
      }
    }
    return contents;
  }

  // ---- inputs ----

  private void awaitInputs(Look look) throws Stop {
    List<String> missing =
        Inputs.of(look.spec()).stream()
            .filter(input -> !isThere(look, input))
            .map(Inputs::render)
            .toList();
    StatusDraft draft = look.draft();
    if (missing.isEmpty()) {
      draft.condition(StatusDraft.WAITING_FOR_INPUTS, false, "Complete", "");
      return;
    }
    String text = "waiting for " + String.join(", ", missing);
    draft.message(text);
    draft.condition(StatusDraft.WAITING_FOR_INPUTS, true, "Missing", text);
    draft.condition(StatusDraft.PROGRESSING, false, "WaitingForInputs", text);
    Instant since =
        Instant.parse(
            draft
                .conditions()
                .find(StatusDraft.WAITING_FOR_INPUTS)
                .orElseThrow()
                .getLastTransitionTime());
    boolean isFresh = since.plus(PATIENCE).isAfter(context.clock().instant());
    throw new Stop(isFresh ? SOON : LATER);
  }

  private boolean isThere(Look look, Inputs input) {
    String namespace = look.children().namespace();
    return switch (input.kind()) {
      case SECRET ->
          secret(look, input.name())
              .filter(found -> input.key().isEmpty() || dataOf(found).containsKey(input.key()))
              .isPresent();
      case CONFIG_MAP ->
          client.configMaps().inNamespace(namespace).withName(input.name()).get() != null;
      case CLAIM ->
          client.persistentVolumeClaims().inNamespace(namespace).withName(input.name()).get()
              != null;
    };
  }

  private Optional<Secret> secret(Look look, String name) {
    return Optional.ofNullable(
        client.secrets().inNamespace(look.children().namespace()).withName(name).get());
  }

  private static Map<String, String> dataOf(Secret secret) {
    return secret.getData() == null ? Map.of() : secret.getData();
  }

  private static Map<String, String> textsOf(Secret secret) {
    Map<String, String> texts = new TreeMap<>();
    dataOf(secret)
        .forEach(
            (key, value) ->
                texts.put(
                    key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
    return texts;
  }

  /**
   * @return nothing when the image is there already
   * @throws InvalidConfig when the user's part is no template
   */
  private Optional<String> definition(Look look) {
    OSArtifactSpec.Image image = look.spec().image();
    if (image.isPrebuilt()) {
      return Optional.empty();
    }
    Optional<String> own = Optional.empty();
    if (image.definition().isPresent()) {
      OciSpec ociSpec = image.ociSpec().orElseThrow();
      SecretKey ref = image.definition().get();
      String key = ref.keyOr(OciSpec.DEFAULT_KEY);
      String source = secret(look, ref.name()).map(found -> textsOf(found).get(key)).orElseThrow();
      Map<String, String> values =
          ociSpec
              .templateValuesFrom()
              .flatMap(from -> secret(look, from.name()))
              .map(OSArtifactFlow::textsOf)
              .orElse(Map.of());
      own =
          Optional.of(
              ociSpec.isTemplate()
                  ? BuildDefinition.rendered(source, values, ociSpec.templateValues())
                  : source);
    }
    return Optional.of(BuildDefinition.assembled(own, image.buildOptions().isPresent()));
  }

  private void putDefinition(Look look, String text) throws Stop {
    Secret wanted = look.children().definition(text);
    Optional<Secret> found = secret(look, wanted.getMetadata().getName());
    if (found.isEmpty()) {
      create(client.resource(wanted));
      return;
    }
    if (!Owners.isControlledBy(found.get(), look.children().uid())) {
      look.draft()
          .failed(
              "NameTaken",
              "Secret "
                  + wanted.getMetadata().getName()
                  + " already exists and is not owned by this OSArtifact ("
                  + look.children().uid()
                  + "); delete it, or rename the OSArtifact");
      throw Stop.untilSomethingHappens();
    }
    if (!Objects.equals(found.get().getData(), wanted.getData())) {
      Secret changed = found.get();
      changed.setData(wanted.getData());
      client.resource(changed).update();
    }
  }

  private void putConfigMap(Look look) throws Stop {
    ConfigMap wanted = look.children().configMap(look.spec());
    ConfigMap found =
        client
            .configMaps()
            .inNamespace(look.children().namespace())
            .withName(wanted.getMetadata().getName())
            .get();
    if (found == null) {
      create(client.resource(wanted));
    } else if (!look.children().own(found)) {
      look.draft()
          .failed(
              "NameTaken",
              "ConfigMap "
                  + wanted.getMetadata().getName()
                  + " already exists and is not owned by this OSArtifact; delete it, or rename the"
                  + " OSArtifact");
      throw Stop.untilSomethingHappens();
    } else if (!Objects.equals(found.getData(), wanted.getData())) {
      found.setData(wanted.getData());
      client.resource(found).update();
    }
  }

  /** One that is there already is fine: it has the name that only we give. */
  private static <T extends HasMetadata> void create(NonDeletingOperation<T> object) {
    try {
      object.create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
  }

  // ---- export ----

  private Optional<Duration> export(Look look) throws Stop {
    StatusDraft draft = look.draft();
    int total = look.spec().exporters().size();
    int done = 0;
    if (draft.phase() != Phase.EXPORTING) {
      draft.exporting(total == 0 ? "nothing to export" : "0 of " + total + " exporters have ended");
    }
    for (int i = 0; i < total; i++) {
      Job job = exporter(look, i);
      JobFacts facts = JobFacts.of(job);
      switch (facts.state()) {
        case FAILED -> {
          String why = facts.message().isEmpty() ? facts.detail() : facts.message();
          draft.failed(
              EXPORT_FAILED,
              "export job " + facts.name() + " failed" + (why.isEmpty() ? "" : ": " + why));
          throw Stop.untilSomethingHappens();
        }
        case SUCCEEDED -> done++;
        case RUNNING -> {}
      }
    }
    if (done < total) {
      draft.exporting(done + " of " + total + " exporters have ended");
      return Optional.empty();
    }
    draft.ready();
    return look.spec().timeToLive();
  }

  private Job exporter(Look look, int index) throws Stop {
    Job wanted = look.children().exporter(look.spec(), index);
    Resource<Job> place =
        client
            .batch()
            .v1()
            .jobs()
            .inNamespace(look.children().namespace())
            .withName(wanted.getMetadata().getName());
    Job found = place.get();
    if (found != null && !look.children().own(found)) {
      // Of an earlier artifact of the same name; the garbage collector is on its way.
      look.draft().message("waiting until Job " + found.getMetadata().getName() + " is gone");
      throw new Stop(SOON);
    }
    if (found == null) {
      try {
        create(client.resource(wanted));
      } catch (KubernetesClientException e) {
        refusedByServer(look, e);
      }
      return wanted;
    }
    return found;
  }

  // ---- afterwards ----

  private Optional<Duration> cleanUp(OSArtifact artifact, StatusDraft draft) {
    if (draft.cleanupTime().isPresent() || draft.completionTime().isEmpty()) {
      return Optional.empty();
    }
    Optional<Duration> timeToLive = OSArtifactSpec.read(artifact.getSpec()).timeToLive();
    if (timeToLive.isEmpty()) {
      return Optional.empty();
    }
    Duration left =
        Duration.between(
            context.clock().instant(), draft.completionTime().get().plus(timeToLive.get()));
    if (left.isPositive()) {
      return Optional.of(left.plusSeconds(1));
    }
    var children = new Children(artifact);
    String namespace = children.namespace();
    client.pods().inNamespace(namespace).withLabels(children.labels()).list().getItems().stream()
        .filter(children::own)
        .forEach(each -> delete(client.resource(each)));
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withLabels(children.labels())
        .list()
        .getItems()
        .stream()
        .filter(children::own)
        .forEach(each -> delete(client.resource(each)));
    Optional.ofNullable(
            client
                .persistentVolumeClaims()
                .inNamespace(namespace)
                .withName(children.claimName())
                .get())
        .filter(children::own)
        .ifPresent(each -> delete(client.resource(each)));
    draft.cleanedUp(
        "pods, Jobs and the volume of the artifacts were deleted after ttlSecondsAfterFinished");
    return Optional.empty();
  }

  private static void delete(Resource<?> object) {
    object
        .withPropagationPolicy(io.fabric8.kubernetes.api.model.DeletionPropagation.BACKGROUND)
        .delete();
  }

  private void tellChange(OSArtifact artifact, OSArtifactStatus before, StatusDraft draft) {
    if (draft.phase() == before.phase()) {
      return;
    }
    OSArtifactStatus after = draft.finished();
    switch (after.phase()) {
      case BUILDING ->
          context
              .events()
              .record(artifact, Severity.NORMAL, "Building", "builder pod " + after.builderPod());
      case EXPORTING ->
          context.events().record(artifact, Severity.NORMAL, "Exporting", "all is built");
      case READY ->
          context.events().record(artifact, Severity.NORMAL, "Ready", "all is built and exported");
      case ERROR -> context.events().record(artifact, Severity.WARNING, "Error", after.message());
      case PENDING -> {
        // Lost, and about to begin again: told where it is decided.
      }
    }
  }
}
