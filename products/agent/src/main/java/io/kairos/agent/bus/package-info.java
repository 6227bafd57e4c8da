/** Programs that extend the agent, and what it tells them. */
package io.kairos.agent.bus;
