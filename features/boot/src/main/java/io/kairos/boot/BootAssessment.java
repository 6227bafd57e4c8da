package io.kairos.boot;

import java.nio.file.Path;
import java.util.Map;

/**
 * GRUB's assessment of a new system, in an environment block on the state partition ({@code
 * grub_boot_assessment} of the image reads it). Started, it makes the menu leave a mark at the
 * first boot; a boot that still finds the mark starts the system before.
 */
public final class BootAssessment {
  /** Below the state partition. */
  public static final String FILE = "boot_assessment";

  private static final String STARTED = "enable_boot_assessment";
  private static final String MARK = "boot_assessment_tentative";

  private BootAssessment() {}

  /** The next boot is the first of a new system. */
  public static BootStep start(Path state) {
    return new BootStep.SetVariables(state.resolve(FILE), Map.of(STARTED, "yes", MARK, ""));
  }

  /** There is nothing to find out any more. */
  public static BootStep end(Path state) {
    return new BootStep.SetVariables(state.resolve(FILE), Map.of(STARTED, "", MARK, ""));
  }

  /**
   * Whether an action started it, and no system has ended it.
   *
   * @param variables of the block
   */
  public static boolean isStarted(Map<String, String> variables) {
    return variables.getOrDefault(STARTED, "").equals("yes");
  }

  /** Whether there is something to end, also after somebody switched it off half-way. */
  public static boolean isPending(Map<String, String> variables) {
    return variables.containsKey(STARTED) || variables.containsKey(MARK);
  }
}
