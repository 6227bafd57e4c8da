package io.kairos.operator.osartifact;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.kairos.formats.yaml.Yaml;
import io.kairos.operator.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Manifests of older releases, written anew for this one. Documents that are no OSArtifact, or have
 * today's shape already, stay as they are, with their remarks and their order.
 *
 * @param text YAML documents
 * @param remarks what a person has to look at; each names its object
 */
public record OSArtifactMigration(String text, List<String> remarks) {
  private static final Pattern SEPARATOR = Pattern.compile("(?m)^---[ \\t]*\\R");

  public OSArtifactMigration {
    remarks = List.copyOf(remarks);
  }

  /**
   * @param manifests YAML documents
   * @param source for errors: the name of their file
   * @throws io.kairos.base.InvalidConfig for what is no YAML, with file and line
   */
  public static OSArtifactMigration of(String manifests, String source) {
    List<String> documents = new ArrayList<>();
    List<String> remarks = new ArrayList<>();
    int lines = 0;
    for (String document : SEPARATOR.split(manifests)) {
      Object read = Yaml.parse("\n".repeat(lines) + document, source).value();
      documents.add(migrated(document, read, remarks));
      lines += Math.toIntExact(document.lines().count()) + 1;
    }
    return new OSArtifactMigration(String.join("---\n", documents), remarks);
  }

  private static String migrated(String document, Object read, List<String> remarks) {
    if (!(read instanceof Map<?, ?> keys)
        || !"OSArtifact".equals(keys.get("kind"))
        || !String.valueOf(keys.get("apiVersion")).startsWith(Names.BUILD_GROUP + "/")
        || !(keys.get("spec") instanceof Map<?, ?> written)) {
      return document;
    }
    Map<String, Object> spec = JsonTree.map(JsonTree.node(written));
    if (!LegacyShape.is(spec)) {
      return document;
    }
    Map<String, Object> object = new LinkedHashMap<>(JsonTree.map(JsonTree.node(keys)));
    object.put("apiVersion", Names.BUILD_GROUP + "/" + OSArtifact.VERSION);
    object.put("spec", LegacyShape.migrated(spec));
    object.remove("status");
    String name =
        object.get("metadata") instanceof Map<?, ?> metadata
            ? String.valueOf(metadata.get("name"))
            : "OSArtifact";
    LegacyShape.remarks(spec).forEach(remark -> remarks.add(name + ": " + remark));
    return Serialization.asYaml(object).replaceFirst("^---\\R", "");
  }
}
