/** Puts an image on an empty disk: request and machine in, a plan out, performed step by step. */
package io.kairos.agent.install;
