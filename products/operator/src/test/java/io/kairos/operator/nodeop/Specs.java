package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/** Specs as users write them. */
final class Specs {
  private static final KubernetesSerialization JSON = new KubernetesSerialization();

  private Specs() {}

  /** YAML of the spec; {@code command} is added. */
  static NodeOpSpec of(String yaml) {
    return JSON.unmarshal("command: [sh, -c, 'true']\n" + yaml, NodeOpSpec.class);
  }

  static NodeOp nodeOp(String spec) {
    var nodeOp = new FakeCluster(of(spec)).nodeOp();
    nodeOp.setStatus(null);
    return nodeOp;
  }
}
