/** NodeOpUpgrade: another version of Kairos on chosen nodes, as a NodeOp with generated scripts. */
package io.kairos.operator.upgrade;
