package io.kairos.operator.upgrade;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import io.kairos.operator.Names;

/**
 * {@code operator.kairos.io/v1alpha1 NodeOpUpgrade}; its schema is
 * crd/operator.kairos.io_nodeopupgrades.yaml.
 */
@Group(Names.OPERATOR_GROUP)
@Version("v1alpha1")
@Plural("nodeopupgrades")
public final class NodeOpUpgrade extends CustomResource<NodeOpUpgradeSpec, NodeOpUpgradeStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  protected NodeOpUpgradeSpec initSpec() {
    return null;
  }

  @Override
  protected NodeOpUpgradeStatus initStatus() {
    return null;
  }

  NodeOpUpgradeStatus statusOrEmpty() {
    return status == null ? NodeOpUpgradeStatus.EMPTY : status;
  }
}
