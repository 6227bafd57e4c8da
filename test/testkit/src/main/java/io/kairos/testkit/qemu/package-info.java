/**
 * Machines in QEMU: started from values, watched by conditions with deadlines, never left behind.
 */
package io.kairos.testkit.qemu;
