/** The Kubernetes operator: its process, and what its controllers share. */
package io.kairos.operator;
