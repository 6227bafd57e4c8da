package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.formats.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlacedPodTest {
  private static Optional<PlacedPod> pod(Map<String, String> labels, String... command) {
    return PlacedPod.of(JsonObject.of("pod", tree("n1", labels, command)));
  }

  private static Map<String, Object> tree(
      String node, Map<String, String> labels, String... command) {
    var spec = new HashMap<String, Object>();
    spec.put("containers", List.of(Map.of("name", "main", "command", List.of(command))));
    if (!node.isEmpty()) {
      spec.put("nodeName", node);
    }
    return Map.of(
        "metadata",
        Map.of("namespace", "default", "name", "p", "uid", "u", "labels", labels),
        "spec",
        spec);
  }

  @Test
  void aRebootPodOfOursNamesItsJobAsAWordAndUpstreamsInItsScript() {
    Map<String, String> reboot = Map.of("kairos.io/reboot", "true");
    assertThat(pod(reboot, "/bin/sh", "-c", "echo a-* ignored", "reboot", "up-n1.example-xyz12-*"))
        .get()
        .returns(Optional.of("up-n1.example-xyz12"), PlacedPod::rebootsAfter);
    assertThat(pod(reboot, "/bin/sh", "-c", "find /sentinel -path '/sentinel/up-n1-xyz12-*'"))
        .get()
        .returns(Optional.of("up-n1-xyz12"), PlacedPod::rebootsAfter);
    assertThat(pod(Map.of(), "/bin/sh", "-c", "ls /x/y-*"))
        .get()
        .returns(Optional.empty(), PlacedPod::rebootsAfter);
  }

  @Test
  void onePodIsNobodysUntilItIsOnANode() {
    assertThat(PlacedPod.of(JsonObject.of("pod", tree("", Map.of(), "true")))).isEmpty();
    assertThat(pod(Map.of(), "true"))
        .get()
        .returns("Pending", PlacedPod::phase)
        .returns(false, PlacedPod::hasEnded);
  }
}
