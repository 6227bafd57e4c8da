/** OSArtifact: an image, and the media made of it, built in the cluster. */
package io.kairos.operator.osartifact;
