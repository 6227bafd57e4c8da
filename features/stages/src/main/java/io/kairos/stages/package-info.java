/**
 * Runs the stages that cloud-configs consist of: steps in a graph, each with conditions and
 * actions.
 */
package io.kairos.stages;
