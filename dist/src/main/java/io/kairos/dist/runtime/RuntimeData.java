package io.kairos.dist.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the runtime is made of, from the lists beside this class.
 *
 * @param modules JDK modules
 * @param jars artifacts that a node runs, in class path order
 * @param dropped files and folders of a linked JDK that are left out, relative to it
 * @param libraries file names of the C library
 * @param embeddedPaths paths inside the C library that are redirected
 * @param options of the VM
 * @param recordingOptions of the VM while the class archive is made
 * @param training runs whose classes are archived: class of {@link #NODE_PACKAGE}, arguments
 * @param classes archived whether or not a training run loads them
 * @param unsteady beginnings of classes of which no constants are resolved in the archive
 * @param documents what the programs tell of themselves: file relative to the tree, class of {@link
 *     #NODE_PACKAGE}, arguments
 * @param launcher the script that becomes {@code /usr/bin/kairos}
 * @param atOnePlace shell lines that run a command in a tree that it sees elsewhere
 */
record RuntimeData(
    List<String> modules,
    List<String> jars,
    List<String> dropped,
    List<String> libraries,
    List<EmbeddedPath> embeddedPaths,
    List<String> options,
    List<String> recordingOptions,
    List<List<String>> training,
    List<String> classes,
    List<String> unsteady,
    List<List<String>> documents,
    String launcher,
    String atOnePlace) {
  /** Where the tree lives on a node; the launcher and the patched files name it. */
  static final String HOME = "/usr/lib/kairos";

  static final String NODE_PACKAGE = "io.kairos.dist.node";

  RuntimeData {
    modules = List.copyOf(modules);
    jars = List.copyOf(jars);
    dropped = List.copyOf(dropped);
    libraries = List.copyOf(libraries);
    embeddedPaths = List.copyOf(embeddedPaths);
    options = List.copyOf(options);
    recordingOptions = List.copyOf(recordingOptions);
    classes = List.copyOf(classes);
    unsteady = List.copyOf(unsteady);
    training = training.stream().map(List::copyOf).toList();
    documents = documents.stream().map(List::copyOf).toList();
  }

  static RuntimeData load() {
    return new RuntimeData(
        lines("modules.list"),
        lines("jars.list"),
        lines("drop.list"),
        lines("c-library.list"),
        lines("embedded-paths.list").stream().map(EmbeddedPath::parse).toList(),
        lines("java.options"),
        lines("recording.options"),
        words("training.list"),
        lines("classes.list"),
        lines("unsteady.list"),
        words("documents.list"),
        text("kairos.sh"),
        text("at-one-place.sh"));
  }

  /** One entry a line; a {@code #} at its start or after a blank begins a comment. */
  private static List<String> lines(String resource) {
    List<String> entries = new ArrayList<>();
    for (String line : text(resource).lines().toList()) {
      String entry = line.replaceFirst("(^|\\s)#.*", "").strip();
      if (!entry.isEmpty()) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private static List<List<String>> words(String resource) {
    return lines(resource).stream().map(line -> List.of(line.split(" +"))).toList();
  }

  private static String text(String resource) {
    try (var in = RuntimeData.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
