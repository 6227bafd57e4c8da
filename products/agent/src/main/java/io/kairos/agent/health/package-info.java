/** Whether a node is healthy, and whether a new system may stay. */
package io.kairos.agent.health;
