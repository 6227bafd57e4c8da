/** Partitions that a step adds to a disk, and the last one that it grows. */
package io.kairos.stages.layout;
