/** What a node tells about itself. */
package io.kairos.agent.state;
