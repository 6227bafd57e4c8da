package io.kairos.dist.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a training run tells of itself ({@code -XX:DumpLoadedClassList}): its classes, its lambda
 * forms, and which constants of a class it has used, so that these are resolved in the archive
 * already. Threads meet differently in each run, so what counts is what most of several runs tell.
 *
 * @param classes names and lines of lambda forms
 * @param constants indices by class, {@code java/lang/String}
 */
record ClassList(Set<String> classes, Map<String, Set<Integer>> constants) {
  private static final String CONSTANTS = "@cp ";

  static ClassList read(Path file) throws IOException {
    Set<String> classes = new TreeSet<>();
    Map<String, Set<Integer>> constants = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(CONSTANTS)) {
        List<String> words = List.of(line.split(" "));
        Set<Integer> indices = constants.computeIfAbsent(words.get(1), _ -> new TreeSet<>());
        words.subList(2, words.size()).forEach(index -> indices.add(Integer.valueOf(index)));
      } else if (!line.startsWith("#") && !line.contains(" source: ")) {
        classes.add(line.replaceFirst(" id: \\d+$", ""));
      }
    }
    return new ClassList(classes, constants);
  }

  /** What more than half of several runs of the same program tell. */
  static ClassList ofMost(List<ClassList> runs) {
    Map<String, Integer> told = new TreeMap<>();
    Map<String, Map<Integer, Integer>> used = new TreeMap<>();
    for (ClassList run : runs) {
      run.classes.forEach(name -> told.merge(name, 1, Integer::sum));
      run.constants.forEach(
          (name, indices) -> {
            Map<Integer, Integer> counts = used.computeIfAbsent(name, _ -> new TreeMap<>());
            indices.forEach(index -> counts.merge(index, 1, Integer::sum));
          });
    }
    Map<String, Set<Integer>> constants = new TreeMap<>();
    used.forEach((name, counts) -> constants.put(name, most(counts, runs.size())));
    return new ClassList(most(told, runs.size()), constants);
  }

  private static <T extends Comparable<T>> Set<T> most(Map<T, Integer> counts, int runs) {
    return counts.entrySet().stream()
        .filter(entry -> 2 * entry.getValue() > runs)
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Of several programs, as {@code -Xshare:dump} reads it: classes first, because the other lines
   * refer to them, and sorted.
   *
   * @param always classes besides
   * @param unsteady beginnings of classes whose constants do not count: which of them a run uses
   *     depends on how threads meet
   */
  static List<String> merged(List<String> always, List<String> unsteady, List<ClassList> lists) {
    Set<String> classes = new TreeSet<>(always);
    Set<String> forms = new TreeSet<>();
    Map<String, Set<Integer>> constants = new TreeMap<>();
    for (ClassList list : lists) {
      list.classes.forEach(line -> (line.startsWith("@") ? forms : classes).add(line));
      list.constants.forEach(
          (name, indices) -> constants.computeIfAbsent(name, _ -> new TreeSet<>()).addAll(indices));
    }
    List<String> merged = new ArrayList<>(classes);
    merged.addAll(forms);
    constants.forEach(
        (name, indices) -> {
          if (classes.contains(name)
              && !indices.isEmpty()
              && unsteady.stream().noneMatch(name::startsWith)) {
            merged.add(
                CONSTANTS
                    + name
                    + " "
                    + indices.stream().map(String::valueOf).collect(Collectors.joining(" ")));
          }
        });
    return merged;
  }
}
