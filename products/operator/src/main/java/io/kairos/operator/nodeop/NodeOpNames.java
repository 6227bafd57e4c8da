package io.kairos.operator.nodeop;

import io.kairos.operator.Names;

/**
 * Names of what a NodeOp makes. They follow from its uid, the node and the attempt, so that nobody
 * can make the same thing twice. A Job looks like {@code <nodeop>-<node>-bcdfg}.
 */
record NodeOpNames(String nodeOp, String namespace, String uid) {
  static NodeOpNames of(NodeOp nodeOp) {
    var meta = nodeOp.getMetadata();
    return new NodeOpNames(meta.getName(), meta.getNamespace(), meta.getUid());
  }

  String job(String node, int attempt) {
    return Names.deterministic(nodeOp + "-" + node, key(node, attempt, "job"));
  }

  String rollbackJob(String node, int attempt) {
    return Names.deterministic(nodeOp + "-" + node + "-rollback", key(node, attempt, "rollback"));
  }

  String preflightPod(String node, int attempt) {
    return Names.deterministic(nodeOp + "-" + node + "-preflight", key(node, attempt, "preflight"));
  }

  /** One for each Job after which the node reboots. */
  String rebootPod(String node, String job) {
    return Names.deterministic(nodeOp + "-" + node + "-reboot", uid + "/" + job + "/reboot");
  }

  /** The value of the annotation on nodes that this NodeOp has cordoned. */
  String cordon() {
    return namespace + "/" + nodeOp + "@" + uid;
  }

  private String key(String node, int attempt, String what) {
    return uid + "/" + node + "/" + attempt + "/" + what;
  }
}
