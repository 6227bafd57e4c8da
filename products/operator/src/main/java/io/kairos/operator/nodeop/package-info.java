/**
 * NodeOp: a command on chosen nodes, in order and safely. {@link
 * io.kairos.operator.nodeop.NodeOpPlanner} decides from what was observed, {@link
 * io.kairos.operator.nodeop.NodeOpPerformer} acts.
 */
package io.kairos.operator.nodeop;
