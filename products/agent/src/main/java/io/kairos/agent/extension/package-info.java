/** System and configuration extensions of a node: kept, enabled, loaded. */
package io.kairos.agent.extension;
