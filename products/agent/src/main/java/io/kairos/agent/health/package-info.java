/** Whether a node is healthy, and whether a new system may stay. */
@org.jspecify.annotations.NullMarked
package io.kairos.agent.health;
