/** What {@code /usr/bin/kairos} and its links are on a node. */
package io.kairos.dist.node;
