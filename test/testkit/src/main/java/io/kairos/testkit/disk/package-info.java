/**
 * Disks that are looked at and never written: rebuilt from a log of writes as of any moment, with
 * the file systems on them as a boot loader and as a kernel see them.
 */
package io.kairos.testkit.disk;
