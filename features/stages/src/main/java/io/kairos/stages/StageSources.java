package io.kairos.stages;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the steps of a stage come from, in order.
 *
 * @param paths folders and files that may be absent
 * @param extras what somebody asked for: a folder, a file of any name, an {@code http} URL, or the
 *     text of a document itself; what is absent is an error
 * @param documents texts that are documents, whatever they look like
 * @param commandLine the text of {@code /proc/cmdline}: its config URL, then its own stages
 * @param notation how extras and documents are written
 */
public record StageSources(
    List<String> paths,
    List<String> extras,
    List<String> documents,
    Optional<String> commandLine,
    Notation notation) {
  /** How a document is written. */
  public enum Notation {
    /** A map in YAML, with or without the header of cloud-config. */
    YAML,
    /** {@code stages.boot[0].name=x stages.boot[0].commands[0]=reboot}, as on a command line. */
    DOTTED
  }

  /** In an initramfs the second one is a link, which is followed for its slash. */
  private static final List<String> STANDARD =
      List.of("/system/oem", "/oem/", "/usr/local/cloud-config");

  public StageSources {
    paths = List.copyOf(paths);
    extras = List.copyOf(extras);
    documents = List.copyOf(documents);
  }

  /** The folders that every node has. */
  public static StageSources standard() {
    return new StageSources(STANDARD, List.of(), List.of(), Optional.empty(), Notation.YAML);
  }

  /** Nothing but these extras. */
  public static StageSources only(String... extras) {
    return new StageSources(List.of(), List.of(extras), List.of(), Optional.empty(), Notation.YAML);
  }

  /** Nothing but this text. */
  public static StageSources document(String text) {
    return new StageSources(List.of(), List.of(), List.of(text), Optional.empty(), Notation.YAML);
  }

  /** And these extras, after the others. */
  public StageSources and(List<String> more) {
    List<String> all = new ArrayList<>(extras);
    all.addAll(more);
    return new StageSources(paths, all, documents, commandLine, notation);
  }

  /** And these folders and files, where they exist, after the other ones that may be absent. */
  public StageSources andWhereThere(List<String> more) {
    List<String> all = new ArrayList<>(paths);
    all.addAll(more);
    return new StageSources(all, extras, documents, commandLine, notation);
  }

  public StageSources withCommandLine(String text) {
    return new StageSources(paths, extras, documents, Optional.of(text), notation);
  }

  public StageSources in(Notation other) {
    return new StageSources(paths, extras, documents, commandLine, other);
  }
}
