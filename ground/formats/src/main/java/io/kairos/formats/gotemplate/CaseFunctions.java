package io.kairos.formats.gotemplate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** sprig's functions that spell names in another way, or fold and shorten texts. */
final class CaseFunctions implements FunctionSet {
  @Override
  public Set<String> names() {
    return Set.of(
        "title",
        "untitle",
        "swapcase",
        "snakecase",
        "kebabcase",
        "camelcase",
        "initials",
        "abbrev",
        "abbrevboth",
        "wrap",
        "wrapWith",
        "plural");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "title" -> initials(a.expect(1).text(0), true);
      case "untitle" -> initials(a.expect(1).text(0), false);
      case "swapcase" -> swapped(a.expect(1).text(0));
      case "snakecase" -> joined(words(a.expect(1).text(0)), "_");
      case "kebabcase" -> joined(words(a.expect(1).text(0)), "-");
      case "camelcase" -> camel(a.expect(1).text(0));
      case "initials" -> {
        var out = new StringBuilder();
        for (String word : a.expect(1).text(0).strip().split("\\s+")) {
          out.append(word.isEmpty() ? "" : word.substring(0, word.offsetByCodePoints(0, 1)));
        }
        yield out.toString();
      }
      case "abbrev" -> abbreviated(0, a.expect(2).integer(0), a.text(1));
      case "abbrevboth" -> abbreviated(a.expect(3).integer(0), a.integer(1), a.text(2));
      case "wrap" -> wrapped(a.expect(2).integer(0), "\n", false, a.text(1));
      case "wrapWith" -> wrapped(a.expect(3).integer(0), a.text(1), true, a.text(2));
      case "plural" -> a.expect(3).integer(2) == 1 ? a.text(0) : a.text(1);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** A letter behind anything that is no letter, digit or underscore begins a word. */
  private static String initials(String text, boolean upper) {
    var out = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      char before = i == 0 ? ' ' : text.charAt(i - 1);
      boolean begins =
          upper
              ? !Character.isLetterOrDigit(before) && before != '_'
              : Character.isWhitespace(before);
      if (begins) {
        char c = text.charAt(i);
        out.setCharAt(i, upper ? Character.toUpperCase(c) : Character.toLowerCase(c));
      }
    }
    return out.toString();
  }

  private static String swapped(String text) {
    var out = new StringBuilder();
    boolean afterBlank = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isUpperCase(c) || Character.isTitleCase(c)) {
        out.append(Character.toLowerCase(c));
      } else if (Character.isLowerCase(c)) {
        out.append(afterBlank ? Character.toTitleCase(c) : Character.toUpperCase(c));
      } else {
        out.append(c);
      }
      afterBlank = Character.isWhitespace(c);
    }
    return out.toString();
  }

  /** {@code NoHTTPServer1} is No, HTTP, Server1. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    var word = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '_' || c == '-' || Character.isWhitespace(c)) {
        end(word, words);
        continue;
      }
      char before = word.isEmpty() ? 0 : word.charAt(word.length() - 1);
      boolean lowerFollows = i + 1 < text.length() && Character.isLowerCase(text.charAt(i + 1));
      boolean begins =
          before != 0
              && Character.isUpperCase(c)
              && (!Character.isUpperCase(before) || lowerFollows);
      if (begins) {
        end(word, words);
      }
      word.append(c);
    }
    end(word, words);
    return words;
  }

  private static void end(StringBuilder word, List<String> words) {
    if (!word.isEmpty()) {
      words.add(word.toString());
      word.setLength(0);
    }
  }

  private static String joined(List<String> words, String separator) {
    return String.join(separator, words).toLowerCase(Locale.ROOT);
  }

  /** The first letter of each word in upper case; leading and trailing marks stay. */
  private static String camel(String text) {
    int start = 0;
    while (start < text.length() && isMark(text.charAt(start))) {
      start++;
    }
    int end = text.length();
    while (end > start && isMark(text.charAt(end - 1))) {
      end--;
    }
    var out = new StringBuilder(text.substring(0, start));
    boolean begins = true;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (isMark(c)) {
        if (begins) {
          out.append(c);
        }
        begins = true;
      } else {
        out.append(begins ? Character.toUpperCase(c) : Character.toLowerCase(c));
        begins = false;
      }
    }
    return out.append(text.substring(end)).toString();
  }

  private static boolean isMark(char c) {
    return c == '_' || c == '-' || c == ' ';
  }

  private static String abbreviated(long offset, long width, String text) {
    int size = text.length();
    if (width < 4 || (offset > 0 && width < 7) || size <= width) {
      return text;
    }
    int at = (int) Math.clamp(offset, 0L, (long) size);
    int most = (int) width;
    if (size - at < most - 3) {
      at = size - (most - 3);
    }
    if (at <= 4) {
      return text.substring(0, most - 3) + "...";
    }
    if (at + most - 3 < size) {
      String rest = text.substring(at);
      return "..."
          + (rest.length() <= most - 3 ? rest : rest.substring(0, Math.max(1, most - 6)) + "...");
    }
    return "..." + text.substring(size - (most - 3));
  }

  private static String wrapped(long width, String lineEnd, boolean cuts, String text) {
    int most = (int) Math.clamp(width, 1L, (long) Integer.MAX_VALUE / 2);
    var out = new StringBuilder();
    int at = 0;
    while (text.length() - at > most) {
      if (text.charAt(at) == ' ') {
        at++;
        continue;
      }
      int blank = text.lastIndexOf(' ', at + most);
      if (blank >= at) {
        out.append(text, at, blank).append(lineEnd);
        at = blank + 1;
      } else if (cuts) {
        out.append(text, at, at + most).append(lineEnd);
        at += most;
      } else {
        blank = text.indexOf(' ', at + most);
        if (blank < 0) {
          return out.append(text.substring(at)).toString();
        }
        out.append(text, at, blank).append(lineEnd);
        at = blank + 1;
      }
    }
    return out.append(text.substring(at)).toString();
  }
}
