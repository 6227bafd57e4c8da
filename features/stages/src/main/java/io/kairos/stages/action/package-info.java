/**
 * What steps can do: one file for each key, in the order of {@link
 * io.kairos.stages.action.Actions}.
 */
package io.kairos.stages.action;
