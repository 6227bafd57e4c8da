package io.kairos.operator.osartifact;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Set;
import java.util.stream.Stream;

/** OSArtifacts for tests, from the YAML that a user would write. */
final class Artifacts {
  static final BuilderPod.Images IMAGES = new BuilderPod.Images("tool:1", "buildah:1", "Always");

  private Artifacts() {}

  static OSArtifact named(String name, String spec) {
    var artifact = new OSArtifact();
    artifact.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withNamespace("team")
            .withUid("11111111-2222-3333-4444-555555555555")
            .withGeneration(1L)
            .build());
    artifact.setSpec(tree(spec));
    return artifact;
  }

  static JsonNode tree(String yaml) {
    return JsonTree.node(CoreSchemas.tree(yaml));
  }

  static OSArtifactSpec spec(String yaml) {
    return OSArtifactSpec.read(tree(yaml));
  }

  /** The builder pod of an artifact "demo". */
  static Pod pod(String spec) {
    return pod(spec, Set.of());
  }

  static Pod pod(String spec, Set<String> finished) {
    OSArtifact artifact = named("demo", spec);
    return BuilderPod.of(
            new Children(artifact),
            OSArtifactSpec.read(artifact.getSpec()),
            IMAGES,
            "demo-build",
            finished)
        .orElseThrow();
  }

  static Container step(Pod pod, String name) {
    return steps(pod)
        .filter(each -> each.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no step " + name));
  }

  static Stream<Container> steps(Pod pod) {
    return BuilderState.containers(pod).stream();
  }

  static String command(Pod pod, String step) {
    return step(pod, step).getArgs().getFirst();
  }

  static String yaml(Object value) {
    return Serialization.asYaml(value);
  }
}
