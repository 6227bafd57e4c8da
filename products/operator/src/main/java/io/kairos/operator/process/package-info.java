/**
 * What makes a program a good pod: flags, probes, guarded metrics, logs, leadership, a quiet end.
 */
package io.kairos.operator.process;
