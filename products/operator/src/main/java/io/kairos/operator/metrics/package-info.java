/** Numbers for Prometheus, under the names that dashboards of Kubernetes operators know. */
package io.kairos.operator.metrics;
