package io.kairos.operator.labeler;

import io.kairos.operator.Names;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a node is labelled with, by what its files say. Values are empty only where upstream's are.
 *
 * @param labels sanitised
 * @param annotations as they were written
 */
public record NodeLabels(Map<String, String> labels, Map<String, String> annotations) {
  private static final String PREFIX = "kairos.io/";
  private static final int LONGEST = 63;

  /** Key of kairos-release → name of the label. */
  private static final Map<String, String> LABELS = new LinkedHashMap<>();

  /** Key of kairos-release → name of the annotation. */
  private static final Map<String, String> ANNOTATIONS = new LinkedHashMap<>();

  static {
    for (String key :
        new String[] {
          "ID",
          "FAMILY",
          "FLAVOR",
          "FLAVOR_RELEASE",
          "VARIANT",
          "RELEASE",
          "MODEL",
          "ARCH",
          "TRUSTED_BOOT",
          "FIPS",
          "SOFTWARE_VERSION_PREFIX",
          "SOFTWARE_VERSION"
        }) {
      LABELS.put("KAIROS_" + key, name(key));
    }
    for (String key :
        new String[] {"NAME", "ID_LIKE", "INIT_VERSION", "VERSION", "BUG_REPORT_URL", "HOME_URL"}) {
      ANNOTATIONS.put("KAIROS_" + key, name(key));
    }
  }

  /**
   * What the files of a node hold; absent files are empty.
   *
   * @param bootMode name of the file of this boot's mode in /run/cos, such as active_mode, which
   *     also machines with a unified kernel image have
   */
  public record Sources(
      Optional<String> kairosRelease,
      Optional<String> osRelease,
      Optional<String> commandLine,
      Optional<String> bootMode,
      Optional<String> bootId) {}

  /** Empty for a node that does not run Kairos: it is left alone. */
  public static Optional<NodeLabels> of(Sources sources) {
    var labels = new TreeMap<String, String>();
    var annotations = new TreeMap<String, String>();
    labels.put(Names.MANAGED_LABEL, "true");
    bootState(sources).ifPresent(state -> labels.put(Names.BOOT_STATE_LABEL, state));
    if (sources.kairosRelease().isPresent()) {
      Map<String, String> release = parse(sources.kairosRelease().get());
      LABELS.forEach(
          (key, label) -> value(release, key).ifPresent(v -> labels.put(label, sanitised(v))));
      ANNOTATIONS.forEach(
          (key, annotation) -> value(release, key).ifPresent(v -> annotations.put(annotation, v)));
      sources.bootId().ifPresent(id -> annotations.put(Names.BOOT_ID_ANNOTATION, id));
      return Optional.of(new NodeLabels(labels, annotations));
    }
    String id = sources.osRelease().map(text -> parse(text).getOrDefault("ID", "")).orElse("");
    return id.toLowerCase(Locale.ROOT).contains("kairos")
        ? Optional.of(new NodeLabels(labels, annotations))
        : Optional.empty();
  }

  /**
   * Merge patch of a node's metadata: these, and null for each {@code kairos.io/} key that is there
   * and not of these. Empty if nothing differs.
   */
  Map<String, Object> patch(Map<String, String> nodeLabels, Map<String, String> nodeAnnotations) {
    var meta = new LinkedHashMap<String, Object>();
    Map<String, Object> labelPatch = difference(nodeLabels, labels);
    if (!labelPatch.isEmpty()) {
      meta.put("labels", labelPatch);
    }
    Map<String, Object> annotationPatch = difference(nodeAnnotations, annotations);
    if (!annotationPatch.isEmpty()) {
      meta.put("annotations", annotationPatch);
    }
    return meta;
  }

  private static Map<String, Object> difference(
      Map<String, String> before, Map<String, String> after) {
    var patch = new LinkedHashMap<String, Object>();
    after.forEach(
        (key, value) -> {
          if (!value.equals(before.get(key))) {
            patch.put(key, value);
          }
        });
    before.keySet().stream()
        .filter(key -> key.startsWith(PREFIX) && !after.containsKey(key))
        .forEach(key -> patch.put(key, null));
    return patch;
  }

  /** Which system was booted, by the kernel's command line as upstream reads it. */
  static Optional<String> bootState(Sources sources) {
    Optional<String> byFile =
        sources
            .bootMode()
            .map(
                mode ->
                    switch (mode) {
                      case "active_mode" -> "active";
                      case "passive_mode" -> "passive";
                      case "recovery_mode", "autoreset_mode" -> "recovery";
                      case "live_mode" -> "livecd";
                      default -> "unknown";
                    })
            .filter(state -> !state.equals("unknown"));
    return sources.commandLine().map(NodeLabels::bootState).map(state -> byFile.orElse(state));
  }

  private static String bootState(String commandLine) {
    if (commandLine.contains("COS_ACTIVE")) {
      return "active";
    }
    if (commandLine.contains("COS_PASSIVE")) {
      return "passive";
    }
    if (commandLine.contains("COS_RECOVERY")
        || commandLine.contains("COS_SYSTEM")
        || commandLine.contains("recovery-mode")) {
      return "recovery";
    }
    if (commandLine.contains("live:LABEL")
        || commandLine.contains("live:CDLABEL")
        || commandLine.contains("netboot")) {
      return "livecd";
    }
    return "unknown";
  }

  /** Lines of {@code KEY=value}; surrounding quotes go, nothing is expanded. */
  static Map<String, String> parse(String text) {
    var values = new LinkedHashMap<String, String>();
    for (String line : text.lines().map(String::strip).toList()) {
      int equals = line.indexOf('=');
      if (!line.startsWith("#") && equals >= 0) {
        values.put(line.substring(0, equals), unquoted(line.substring(equals + 1)));
      }
    }
    return values;
  }

  private static String unquoted(String value) {
    int start = 0;
    int end = value.length();
    while (start < end && isQuote(value.charAt(start))) {
      start++;
    }
    while (end > start && isQuote(value.charAt(end - 1))) {
      end--;
    }
    return value.substring(start, end);
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '\'';
  }

  /** As a label value has to be; may become empty. */
  static String sanitised(String value) {
    String plain = trimmed(value.replaceAll("[^A-Za-z0-9_.-]", "-"));
    return plain.length() <= LONGEST ? plain : trimmed(plain.substring(0, LONGEST));
  }

  private static String trimmed(String value) {
    return value.replaceAll("^[-_.]+|[-_.]+$", "");
  }

  private static Optional<String> value(Map<String, String> release, String key) {
    return Optional.ofNullable(release.get(key)).filter(value -> !value.isEmpty());
  }

  private static String name(String key) {
    return PREFIX + key.toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
