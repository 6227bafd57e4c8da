package io.kairos.operator.osartifact;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Words of a shell command line, quoted as upstream's builder pods quote them. */
final class PosixWord {
  private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private PosixWord() {}

  static String quoted(String word) {
    return SAFE.matcher(word).matches() ? word : "'" + word.replace("'", "'\"'\"'") + "'";
  }

  static String line(List<String> words) {
    return words.stream().map(PosixWord::quoted).collect(Collectors.joining(" "));
  }
}
