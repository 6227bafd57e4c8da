package io.kairos.formats.gotemplate;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * sprig's functions on regular expressions. Java's syntax has all of RE2's that people use, and
 * more (lookahead); unlike RE2 it can take forever, so a search may look at its text only so often.
 */
final class PatternFunctions implements FunctionSet {
  private static final int MOST_LOOKS = 20_000_000;

  @Override
  public Set<String> names() {
    return Set.of(
        "regexMatch",
        "mustRegexMatch",
        "regexFind",
        "mustRegexFind",
        "regexFindAll",
        "mustRegexFindAll",
        "regexReplaceAll",
        "mustRegexReplaceAll",
        "regexReplaceAllLiteral",
        "mustRegexReplaceAllLiteral",
        "regexSplit",
        "mustRegexSplit",
        "regexQuoteMeta");
  }

  @Override
  public Object call(String name, Arguments a) {
    try {
      return switch (name) {
        case "regexMatch" -> {
          try {
            yield Pattern.compile(a.expect(2).text(0)).matcher(guarded(a.text(1))).find();
          } catch (PatternSyntaxException e) {
            yield false; // as sprig has it
          }
        }
        case "mustRegexMatch" -> matcher(a.expect(2).text(0), a.text(1)).find();
        case "regexFind", "mustRegexFind" -> {
          Matcher matcher = matcher(a.expect(2).text(0), a.text(1));
          yield matcher.find() ? a.text(1).substring(matcher.start(), matcher.end()) : "";
        }
        case "regexFindAll", "mustRegexFindAll" -> {
          List<Object> found = new ArrayList<>();
          Matcher matcher = matcher(a.expect(3).text(0), a.text(1));
          while ((a.integer(2) < 0 || found.size() < a.integer(2)) && matcher.find()) {
            found.add(a.text(1).substring(matcher.start(), matcher.end()));
          }
          yield found;
        }
        case "regexReplaceAll", "mustRegexReplaceAll" -> replaced(a.expect(3), true);
        case "regexReplaceAllLiteral", "mustRegexReplaceAllLiteral" -> replaced(a.expect(3), false);
        case "regexSplit", "mustRegexSplit" -> split(a.expect(3));
        case "regexQuoteMeta" -> quoted(a.expect(1).text(0));
        default -> throw new IllegalArgumentException(name);
      };
    } catch (StackOverflowError e) {
      throw Failure.execute("error calling " + name + ": the pattern is too deep for its text");
    }
  }

  private static Matcher matcher(String pattern, String text) {
    try {
      return Pattern.compile(pattern.replace("(?P<", "(?<")).matcher(guarded(text));
    } catch (PatternSyntaxException e) {
      throw Failure.execute("error parsing regexp: " + e.getDescription());
    }
  }

  private static CharSequence guarded(String text) {
    return new Guarded(text);
  }

  /** Ends a search that goes back and forth without end. */
  private static final class Guarded implements CharSequence {
    private final String text;
    private int looks;

    Guarded(String text) {
      this.text = text;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++looks > MOST_LOOKS) {
        throw Failure.execute("the regular expression takes too long on this text");
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private static String replaced(Arguments a, boolean expands) {
    String text = a.text(1);
    Matcher matcher = matcher(a.text(0), text);
    var out = new StringBuilder();
    int at = 0;
    while (matcher.find()) {
      out.append(text, at, matcher.start());
      out.append(expands ? expanded(a.text(2), matcher) : a.text(2));
      at = matcher.end();
    }
    return out.append(text, at, text.length()).toString();
  }

  /** {@code $1}, {@code ${1}}, {@code ${name}}, {@code $$}; the longest name counts. */
  private static String expanded(String template, Matcher matcher) {
    var out = new StringBuilder();
    for (int i = 0; i < template.length(); i++) {
      char c = template.charAt(i);
      if (c != '$' || i + 1 == template.length()) {
        out.append(c);
        continue;
      }
      if (template.charAt(i + 1) == '$') {
        out.append('$');
        i++;
        continue;
      }
      boolean braced = template.charAt(i + 1) == '{';
      int start = i + (braced ? 2 : 1);
      int end = start;
      while (end < template.length()
          && (template.charAt(end) == '_' || Character.isLetterOrDigit(template.charAt(end)))) {
        end++;
      }
      boolean closed = !braced || (end < template.length() && template.charAt(end) == '}');
      if (end == start || !closed) {
        out.append(c);
        continue;
      }
      out.append(group(matcher, template.substring(start, end)));
      i = braced ? end : end - 1;
    }
    return out.toString();
  }

  private static String group(Matcher matcher, String name) {
    String group = null;
    if (name.chars().allMatch(Character::isDigit)) {
      int number = name.length() > 4 ? Integer.MAX_VALUE : Integer.parseInt(name);
      group = number <= matcher.groupCount() ? matcher.group(number) : null;
    } else if (matcher.namedGroups().containsKey(name)) {
      group = matcher.group(name);
    }
    return group == null ? "" : group;
  }

  private static List<Object> split(Arguments a) {
    String text = a.text(1);
    long most = a.integer(2);
    List<Object> parts = new ArrayList<>();
    if (most == 0) {
      return parts;
    }
    if (!a.text(0).isEmpty() && text.isEmpty()) {
      parts.add("");
      return parts;
    }
    Matcher matcher = matcher(a.text(0), text);
    int begin = 0;
    int end = 0;
    while (matcher.find()) {
      if (most > 0 && parts.size() == most - 1) {
        break;
      }
      end = matcher.start();
      if (matcher.end() != 0) {
        parts.add(text.substring(begin, end));
      }
      begin = matcher.end();
    }
    if (end != text.length()) {
      parts.add(text.substring(begin));
    }
    return parts;
  }

  private static String quoted(String text) {
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ("\\.+*?()|[]{}^$".indexOf(c) >= 0) {
        out.append('\\');
      }
      out.append(c);
    }
    return out.toString();
  }
}
