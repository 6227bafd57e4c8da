/** When steps do not apply. */
package io.kairos.stages.condition;
