/** What a node's configuration is, whether it is good, and what templates make of it. */
package io.kairos.agent.config;
