/** Checkouts of git repositories, made and brought up to date by the program {@code git}. */
package io.kairos.stages.git;
