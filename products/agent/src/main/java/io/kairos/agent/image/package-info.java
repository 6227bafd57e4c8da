/** Images on a node, apart from those that it runs: {@code pull-image}. */
package io.kairos.agent.image;
