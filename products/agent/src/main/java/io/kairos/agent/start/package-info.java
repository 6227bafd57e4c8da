/** What the agent does when a node is up. */
package io.kairos.agent.start;
