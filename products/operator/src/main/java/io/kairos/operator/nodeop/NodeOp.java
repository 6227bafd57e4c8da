package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import io.kairos.operator.Names;

/**
 * {@code operator.kairos.io/v1alpha1 NodeOp}; its schema is crd/operator.kairos.io_nodeops.yaml.
 */
@Group(Names.OPERATOR_GROUP)
@Version("v1alpha1")
@Plural("nodeops")
public final class NodeOp extends CustomResource<NodeOpSpec, NodeOpStatus> implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  protected NodeOpSpec initSpec() {
    return null;
  }

  @Override
  protected NodeOpStatus initStatus() {
    return null;
  }

  /** An object without a spec is valid and does nothing. */
  NodeOpSpec specOrEmpty() {
    return spec == null ? NodeOpSpec.EMPTY : spec;
  }

  NodeOpStatus statusOrEmpty() {
    return status == null ? NodeOpStatus.EMPTY : status;
  }
}
