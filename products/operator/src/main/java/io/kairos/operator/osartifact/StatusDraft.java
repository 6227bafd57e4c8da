package io.kairos.operator.osartifact;

import io.fabric8.kubernetes.api.model.Condition;
import io.kairos.operator.Conditions;
import io.kairos.operator.osartifact.OSArtifactStatus.Artifact;
import io.kairos.operator.osartifact.OSArtifactStatus.Phase;
import io.kairos.operator.osartifact.OSArtifactStatus.Step;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The status that one look at an artifact leads to. Not for concurrent use. */
final class StatusDraft {
  /** Types of conditions. */
  static final String ACCEPTED = "Accepted";

  static final String WAITING_FOR_INPUTS = "WaitingForInputs";
  static final String PROGRESSING = "Progressing";
  static final String COMPLETE = "Complete";
  static final String DEGRADED = "Degraded";

  private final long generation;
  private final Instant now;
  private final OSArtifactStatus before;

  private Phase phase;
  private String message;
  private int attempt;
  private String builderPod;
  private Optional<Instant> startTime;
  private Optional<Instant> completionTime;
  private Optional<Instant> cleanupTime;
  private List<Step> steps;
  private Map<String, Artifact> artifacts = new LinkedHashMap<>();
  private Conditions conditions;

  StatusDraft(OSArtifactStatus before, long generation, Instant now) {
    this.before = before;
    this.generation = generation;
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
    this.phase = before.phase();
    this.message = before.message();
    this.attempt = before.attempt();
    this.builderPod = before.builderPod();
    this.startTime = before.startTime();
    this.completionTime = before.completionTime();
    this.cleanupTime = before.cleanupTime();
    this.steps = before.steps();
    before.artifacts().forEach(each -> artifacts.put(each.file(), each));
    this.conditions = Conditions.of(before.conditions());
  }

  Phase phase() {
    return phase;
  }

  int attempt() {
    return attempt;
  }

  String builderPod() {
    return builderPod;
  }

  List<Step> steps() {
    return steps;
  }

  Optional<Instant> startTime() {
    return startTime;
  }

  Optional<Instant> completionTime() {
    return completionTime;
  }

  Optional<Instant> cleanupTime() {
    return cleanupTime;
  }

  Conditions conditions() {
    return conditions;
  }

  /** A spec that changed after a failure is built anew; finished steps are kept to be skipped. */
  void startOver() {
    phase = Phase.PENDING;
    message = "";
    attempt = 0;
    builderPod = "";
    startTime = Optional.empty();
    completionTime = Optional.empty();
    cleanupTime = Optional.empty();
    conditions = Conditions.NONE;
  }

  void message(String text) {
    message = text;
  }

  void condition(String type, boolean status, String reason, String text) {
    conditions = conditions.with(type, status, reason, text, generation, now);
  }

  void attempt(int number, String pod) {
    attempt = number;
    builderPod = pod;
    startTime = startTime.or(() -> Optional.of(now));
  }

  /** What the steps of a whole build are, before any has begun. */
  void planned(List<Step> all) {
    steps = List.copyOf(all);
  }

  /** Takes over what a pod says of its steps; those that it left out stay as they were. */
  void observed(List<Step> seen) {
    Map<String, Step> byName = new LinkedHashMap<>();
    steps.forEach(each -> byName.put(each.name(), each));
    for (Step each : seen) {
      String inputs = Optional.ofNullable(byName.get(each.name())).map(Step::inputs).orElse("");
      byName.put(
          each.name(),
          new Step(
              each.name(),
              each.state(),
              each.startedAt(),
              each.finishedAt(),
              inputs,
              each.message()));
    }
    steps = List.copyOf(byName.values());
  }

  void made(List<Artifact> files) {
    files.forEach(each -> artifacts.put(each.file(), each));
  }

  void phase(Phase next) {
    phase = next;
  }

  void building(String text) {
    phase = Phase.BUILDING;
    condition(PROGRESSING, true, "Building", text);
  }

  void exporting(String text) {
    phase = Phase.EXPORTING;
    condition(PROGRESSING, true, "Exporting", text);
    condition(DEGRADED, false, "AsExpected", "");
    message = "";
  }

  void ready() {
    phase = Phase.READY;
    message = "";
    completionTime = Optional.of(now);
    condition(PROGRESSING, false, "Ready", "all is built and exported");
    condition(COMPLETE, true, "Ready", "all is built and exported");
    condition(DEGRADED, false, "AsExpected", "");
  }

  void failed(String reason, String text) {
    phase = Phase.ERROR;
    message = text;
    completionTime = Optional.of(now);
    condition(PROGRESSING, false, reason, text);
    condition(COMPLETE, false, reason, text);
    condition(DEGRADED, true, reason, text);
  }

  void refused(String reason, String text) {
    condition(ACCEPTED, false, reason, text);
    failed(reason, text);
  }

  void cleanedUp(String text) {
    cleanupTime = Optional.of(now);
    message = text;
  }

  OSArtifactStatus finished() {
    List<Condition> all = conditions.all();
    return new OSArtifactStatus(
        phase,
        message,
        generation,
        attempt,
        builderPod,
        steps.isEmpty() ? "" : BuilderState.progress(steps),
        startTime,
        completionTime,
        cleanupTime,
        steps,
        new ArrayList<>(artifacts.values()),
        all);
  }

  boolean isChanged() {
    return !JsonTree.canonical(finished()).equals(JsonTree.canonical(before));
  }

  Instant now() {
    return now;
  }
}
