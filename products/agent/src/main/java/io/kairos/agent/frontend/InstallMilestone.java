package io.kairos.agent.frontend;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The steps of an installation that people see, in their order. */
public enum InstallMilestone {
  PARTITION("partition", "Partitioning the disk"),
  BEFORE_INSTALL("before-install", "Preparing"),
  ACTIVE("active", "Copying the system"),
  BOOTLOADER("bootloader", "Installing the boot loader"),
  RECOVERY("recovery", "Making the recovery system"),
  PASSIVE("passive", "Making the fallback system"),
  AFTER_INSTALL("after-install", "Finishing"),
  DONE("done", "Done");

  private final String word;
  private final String title;

  InstallMilestone(String word, String title) {
    this.word = word;
    this.title = title;
  }

  /** As events spell it. */
  public String word() {
    return word;
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** 1 for the first. */
  public int number() {
    return List.of(values()).indexOf(this) + 1;
  }

  public static int count() {
    return values().length;
  }

  public static Optional<InstallMilestone> named(String word) {
    return Arrays.stream(values()).filter(step -> step.word.equals(word)).findFirst();
  }
}
