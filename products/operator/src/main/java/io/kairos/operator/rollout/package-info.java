/** A rollout as people see it while it goes on. */
package io.kairos.operator.rollout;
