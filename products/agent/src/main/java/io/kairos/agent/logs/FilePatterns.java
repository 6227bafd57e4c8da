package io.kairos.agent.logs;

import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/** Finds files of a host by absolute paths with wildcards in their parts. */
record FilePatterns(Host host) {
  /**
   * Regular files, sorted by path. What a wildcard finds is no link, because whoever may write into
   * a folder of logs could make it lead to any file; a path without wildcards is followed.
   *
   * @return absolute paths of the host
   * @throws PatternSyntaxException when the text is no pattern
   * @throws IOException when a folder cannot be read
   */
  List<String> find(String pattern) throws IOException {
    List<String> places = List.of("");
    for (String part : pattern.replaceFirst("^/+", "").split("/+")) {
      List<String> next = new ArrayList<>();
      for (String place : places) {
        if (isWild(part)) {
          next.addAll(matching(place, part));
        } else {
          next.add(place + "/" + part);
        }
      }
      places = next;
    }
    return places.stream()
        .filter(place -> Files.isRegularFile(host.resolved(place)))
        .sorted()
        .toList();
  }

  static boolean isWild(String text) {
    return text.matches(".*[*?\\[{].*");
  }

  private List<String> matching(String place, String part) throws IOException {
    Path folder = host.resolved(place.isEmpty() ? "/" : place);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder, part)) {
      for (Path child : children) {
        if (Files.isRegularFile(child, LinkOption.NOFOLLOW_LINKS)
            || Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
          found.add(place + "/" + child.getFileName());
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }
}
