/** What {@code ./kairos} does where images are made. */
package io.kairos.dist.workshop;
