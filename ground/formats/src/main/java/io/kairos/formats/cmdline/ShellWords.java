package io.kairos.formats.cmdline;

import java.util.ArrayList;
import java.util.List;

/**
 * Words as a POSIX shell splits them: quotes and backslashes are honoured, {@code #} at the
 * beginning of a word starts a comment. Nothing is expanded.
 *
 * @param words without their quotes
 * @param isComplete false when a quote is never closed; the last word then ends with the text
 */
public record ShellWords(List<String> words, boolean isComplete) {
  public ShellWords {
    words = List.copyOf(words);
  }

  public static ShellWords split(String text) {
    List<String> words = new ArrayList<>();
    var word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == '\'') {
        if (c == '\'') {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '\\' && i + 1 < text.length()) {
        char next = text.charAt(++i);
        if (quote == '"' && next != '"' && next != '\\' && next != '$' && next != '`') {
          word.append(c);
        }
        word.append(next);
        inWord = true;
      } else if (quote == '"') {
        if (c == '"') {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        inWord = true;
      } else if (Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else if (c == '#' && !inWord) {
        int end = text.indexOf('\n', i);
        i = end < 0 ? text.length() : end;
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (inWord) {
      words.add(word.toString());
    }
    return new ShellWords(words, quote == 0);
  }
}
