package io.kairos.stages;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the steps of a stage come from, in order.
 *
 * @param paths directories that may be absent
 * @param extras directories or files that somebody asked for; absent, they are an error
 * @param commandLine the text of {@code /proc/cmdline}: its config URL, then its own stages
 */
public record StageSources(List<String> paths, List<String> extras, Optional<String> commandLine) {
  private static final List<String> STANDARD =
      List.of("/system/oem", "/oem", "/usr/local/cloud-config");

  public StageSources {
    paths = List.copyOf(paths);
    extras = List.copyOf(extras);
  }

  /** The directories that every node has. */
  public static StageSources standard() {
    return new StageSources(STANDARD, List.of(), Optional.empty());
  }

  /** Nothing but these directories and files. */
  public static StageSources only(String... extras) {
    return new StageSources(List.of(), List.of(extras), Optional.empty());
  }

  /** And these directories and files, after the others. */
  public StageSources and(List<String> more) {
    List<String> all = new ArrayList<>(extras);
    all.addAll(more);
    return new StageSources(paths, all, commandLine);
  }

  public StageSources withCommandLine(String text) {
    return new StageSources(paths, extras, Optional.of(text));
  }
}
