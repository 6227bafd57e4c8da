/** Puts a new system beside the one that runs, and makes it the one that is booted. */
package io.kairos.agent.upgrade;
