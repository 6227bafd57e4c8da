/**
 * What the file {@code /kairos-init} is, which makes a Kairos image in the build of a container.
 */
package io.kairos.dist.kairosinit;
