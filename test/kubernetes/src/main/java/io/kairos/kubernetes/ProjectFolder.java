package io.kairos.kubernetes;

import io.kairos.base.Refused;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds folders of the clone that this code belongs to. */
public final class ProjectFolder {
  /** Set by the launcher and by the tests of this project. */
  private static final String HOME = "kairos.home";

  private ProjectFolder() {}

  /**
   * Of this clone: named by a property, or above the working directory.
   *
   * @param name relative to the clone
   * @throws Refused when there is none
   */
  public static Path of(String name) {
    Path start = Path.of(System.getProperty(HOME, "")).toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.isDirectory(folder.resolve(name))) {
        return folder.resolve(name);
      }
    }
    throw new Refused(
        "no " + name + " in or above " + start, "start it inside of the project's clone");
  }
}
