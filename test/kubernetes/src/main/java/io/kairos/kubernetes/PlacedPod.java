package io.kairos.kubernetes;

import io.kairos.formats.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A pod that was put on a node, as far as its kubelet cares.
 *
 * @param containers names, in order
 * @param command words of the first container
 * @param leaving whether somebody has deleted it
 */
public record PlacedPod(
    String namespace,
    String name,
    String uid,
    String node,
    Map<String, String> labels,
    List<String> initContainers,
    List<String> containers,
    List<String> command,
    String phase,
    boolean leaving) {
  private static final String REBOOT = "kairos.io/reboot";
  private static final String JOB = "batch.kubernetes.io/job-name";

  /** The file that reboot pods wait for, ours as a word and upstream's within a script. */
  private static final Pattern SENTINEL = Pattern.compile("([a-z0-9][a-z0-9.-]*)-\\*");

  /** Empty for one that is not on a node yet. */
  static Optional<PlacedPod> of(JsonObject pod) {
    JsonObject meta = pod.requiredObject("metadata");
    JsonObject spec = pod.requiredObject("spec");
    List<JsonObject> containers = spec.objects("containers");
    return spec.text("nodeName")
        .map(
            node ->
                new PlacedPod(
                    meta.requiredText("namespace"),
                    meta.requiredText("name"),
                    meta.requiredText("uid"),
                    node,
                    meta.textMap("labels"),
                    names(spec.objects("initContainers")),
                    names(containers),
                    containers.getFirst().texts("command"),
                    pod.object("status").flatMap(status -> status.text("phase")).orElse("Pending"),
                    meta.text("deletionTimestamp").isPresent()));
  }

  private static List<String> names(List<JsonObject> containers) {
    return containers.stream().map(container -> container.requiredText("name")).toList();
  }

  String path() {
    return "/api/v1/namespaces/" + namespace + "/pods/" + name;
  }

  boolean hasEnded() {
    return phase.equals("Succeeded") || phase.equals("Failed");
  }

  /** The Job that it belongs to. */
  public Optional<String> job() {
    return Optional.ofNullable(labels.get(JOB));
  }

  /** The Job after which it reboots its node; empty when it is for something else. */
  Optional<String> rebootsAfter() {
    return labels.containsKey(REBOOT)
        ? SENTINEL
            .matcher(String.join(" ", command))
            .results()
            .reduce((earlier, later) -> later)
            .map((MatchResult found) -> found.group(1))
        : Optional.empty();
  }
}
