/** Software that comes over the system of a node. */
package io.kairos.agent.bundle;
