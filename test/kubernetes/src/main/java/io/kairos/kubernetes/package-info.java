/**
 * A real Kubernetes for tests: control planes and clusters that belong to the process that starts
 * them.
 */
package io.kairos.kubernetes;
