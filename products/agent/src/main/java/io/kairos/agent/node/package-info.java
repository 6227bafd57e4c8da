/** What the agent does to a node, whichever action it belongs to: steps, and who performs them. */
package io.kairos.agent.node;
