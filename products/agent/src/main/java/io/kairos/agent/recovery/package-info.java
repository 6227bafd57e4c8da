/** Help for a node from afar, when its own system does not run. */
package io.kairos.agent.recovery;
