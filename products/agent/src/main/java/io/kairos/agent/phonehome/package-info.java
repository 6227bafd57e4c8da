/** A node as a fleet server sees it: it registers, reports, and does what it is allowed to do. */
package io.kairos.agent.phonehome;
