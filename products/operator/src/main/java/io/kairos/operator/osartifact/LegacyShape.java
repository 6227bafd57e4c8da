package io.kairos.operator.osartifact;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The flat specs of osbuilder and of the operator before 0.1, which have the same group, version
 * and kind as today's (reference/kubernetes-apis.md, 1.6). Trees are maps, lists, texts, numbers
 * and booleans.
 */
final class LegacyShape {
  /** Keys that keep their name and move to {@code spec.artifacts}. */
  private static final List<String> OF_ARTIFACTS =
      List.of(
          "arch",
          "iso",
          "cloudImage",
          "azureImage",
          "gceImage",
          "netboot",
          "netbootURL",
          "diskSize",
          "cloudConfigRef",
          "grubConfig",
          "bundles",
          "osRelease",
          "kairosRelease");

  private static final List<String> KINDS =
      List.of("iso", "cloudImage", "azureImage", "gceImage", "netboot");

  /** Keys that say by themselves how the image comes to be. */
  private static final List<String> OF_IMAGE =
      List.of("imageName", "baseImageName", "baseImageDockerfile");

  /** What old manifests never said, and building a distribution's image needs. */
  private static final String VERSION = "v0.0.0";

  private static final String LATEST = "latest";

  private LegacyShape() {}

  /** Whether a spec has the flat shape. */
  static boolean is(Map<String, Object> spec) {
    return !spec.containsKey("image") && OF_IMAGE.stream().anyMatch(spec::containsKey);
  }

  /** The spec in today's shape; one that has it already is returned as it is. */
  static Map<String, Object> migrated(Map<String, Object> spec) {
    if (!is(spec)) {
      return spec;
    }
    Map<String, Object> rest = new LinkedHashMap<>(spec);
    Map<String, Object> bindings = map(rest.remove("volumeBindings"));
    Map<String, Object> image = image(rest, bindings);
    Map<String, Object> artifacts = new LinkedHashMap<>();
    for (String key : OF_ARTIFACTS) {
      move(rest, key, artifacts, key);
    }
    move(bindings, "overlayISO", artifacts, "overlayISOVolume");
    move(bindings, "overlayRootfs", artifacts, "overlayRootfsVolume");

    Map<String, Object> result = new LinkedHashMap<>();
    result.put("image", image);
    // Without a kind the old operators made the image's archive alone.
    if (KINDS.stream().anyMatch(kind -> Boolean.TRUE.equals(artifacts.get(kind)))
        || image.containsKey("ref")) {
      result.put("artifacts", artifacts);
    }
    result.putAll(rest);
    return result;
  }

  private static Map<String, Object> image(Map<String, Object> rest, Map<String, Object> bindings) {
    Map<String, Object> image = new LinkedHashMap<>();
    Optional<Object> name = Optional.ofNullable(rest.remove("imageName"));
    Map<String, Object> ociSpec = new LinkedHashMap<>();
    move(rest, "baseImageDockerfile", ociSpec, "ref");
    move(rest, "dockerfileTemplateValuesFrom", ociSpec, "templateValuesFrom");
    move(rest, "dockerfileTemplateValues", ociSpec, "templateValues");
    move(bindings, "buildContext", ociSpec, "buildContextVolume");
    Object base = rest.remove("baseImageName");
    boolean hasDefinition = ociSpec.containsKey("ref");
    if (base == null && !hasDefinition) {
      name.ifPresent(reference -> image.put("ref", reference));
      return image;
    }
    if (base != null && !hasDefinition) { // a Dockerfile came before a base image
      Map<String, Object> options = new LinkedHashMap<>();
      options.put("version", VERSION);
      options.put("baseImage", base);
      image.put("buildOptions", options);
    }
    if (hasDefinition) {
      image.put("ociSpec", ociSpec);
    }
    name.flatMap(text -> buildImage(String.valueOf(text)))
        .ifPresent(parts -> image.put("buildImage", parts));
    return image;
  }

  /**
   * @return nothing when a name has no registry, as then nobody can push to it
   */
  private static Optional<Map<String, Object>> buildImage(String name) {
    int host = name.indexOf('/');
    String registry = host < 0 ? "" : name.substring(0, host);
    boolean isHost =
        registry.contains(".") || registry.contains(":") || registry.equals("localhost");
    if (!isHost) {
      return Optional.empty();
    }
    String path = name.substring(host + 1);
    int colon = path.lastIndexOf(':');
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("registry", registry);
    parts.put("repository", colon < 0 ? path : path.substring(0, colon));
    parts.put("tag", colon < 0 ? LATEST : path.substring(colon + 1));
    return Optional.of(parts);
  }

  /** What a person has to look at after a migration. */
  static List<String> remarks(Map<String, Object> spec) {
    List<String> remarks = new ArrayList<>();
    if (!is(spec)) {
      return remarks;
    }
    if (spec.containsKey("baseImageName") && !spec.containsKey("baseImageDockerfile")) {
      remarks.add("spec.image.buildOptions.version is " + VERSION + ": say which version is built");
    }
    if (spec.containsKey("baseImageName") && spec.containsKey("baseImageDockerfile")) {
      remarks.add("baseImageName was dropped, as it was never used beside baseImageDockerfile");
    }
    boolean isBuilt = spec.containsKey("baseImageName") || spec.containsKey("baseImageDockerfile");
    if (isBuilt && spec.get("imageName") instanceof String name && buildImage(name).isEmpty()) {
      remarks.add("imageName was dropped, as '" + name + "' does not name a registry");
    }
    return remarks;
  }

  private static void move(
      Map<String, Object> from, String key, Map<String, Object> to, String name) {
    Object value = from.remove(key);
    if (value != null) {
      to.put(name, value);
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return value instanceof Map<?, ?> keys
        ? new LinkedHashMap<>((Map<String, Object>) keys)
        : new LinkedHashMap<>();
  }
}
