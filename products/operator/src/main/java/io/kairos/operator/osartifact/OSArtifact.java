package io.kairos.operator.osartifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import io.kairos.operator.Names;

/**
 * An object of the cluster. The spec is kept as it was written, so that keys that we do not know
 * survive, and older shapes are recognized: {@link OSArtifactSpec#read}, {@link
 * OSArtifactStatus#read}.
 */
@Group(Names.BUILD_GROUP)
@Version(OSArtifact.VERSION)
@Kind("OSArtifact")
@Singular("osartifact")
@Plural("osartifacts")
public final class OSArtifact extends CustomResource<JsonNode, JsonNode> implements Namespaced {
  private static final long serialVersionUID = 1L;

  static final String VERSION = "v1alpha2";

  @Override
  protected JsonNode initSpec() {
    return JsonNodeFactory.instance.objectNode();
  }

  @Override
  protected JsonNode initStatus() {
    return JsonNodeFactory.instance.objectNode();
  }
}
