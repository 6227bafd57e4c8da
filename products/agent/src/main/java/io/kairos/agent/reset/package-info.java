/** Makes a node new again: its systems come from the recovery system, its data are gone. */
package io.kairos.agent.reset;
