package io.kairos.agent.reset;

import io.kairos.agent.node.PlanFormat;
import java.util.Optional;

/**
 * What the command line says about a reset.
 *
 * @param isUnattended nobody is asked and nothing is waited for
 * @param view shows the plan instead of following it
 */
public record ResetArguments(
    boolean isUnattended,
    boolean reboots,
    boolean formatsOem,
    boolean isStrict,
    Optional<PlanFormat> view) {}
