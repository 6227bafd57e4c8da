package io.kairos.formats.osrelease;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.base.Problems;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The assignments of an os-release(5) file, which shells and GRUB read as scripts.
 *
 * @param values by name, in the order of the file
 */
public record OsRelease(Map<String, String> values) {
  public OsRelease {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    values.forEach(
        (name, value) -> {
          if (!isName(name)) {
            throw new IllegalArgumentException("no variable can be called '" + name + "'");
          }
          if (value.chars().anyMatch(c -> c == '\n' || c == '\0')) {
            throw new IllegalArgumentException(name + " has a value of more than one line");
          }
        });
  }

  /**
   * Reads the file as a shell would that knows nothing but assignments and comments. The last of
   * several assignments to a name counts.
   *
   * @param source what errors call this text, for example its path
   * @throws InvalidConfig with every line that is something else
   */
  public static OsRelease parse(String source, String text) {
    var values = new LinkedHashMap<String, String>();
    var problems = new Problems();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      String assignment = line.strip();
      if (assignment.isEmpty() || assignment.startsWith("#")) {
        continue;
      }
      int equals = assignment.indexOf('=');
      var at = new Position(source, number, 1);
      if (equals < 0 || !isName(assignment.substring(0, equals))) {
        problems.add(Problem.at(at, "expected NAME=value, found: " + assignment));
        continue;
      }
      Optional<String> value = unquoted(assignment.substring(equals + 1));
      if (value.isEmpty()) {
        problems.add(Problem.at(at, "unbalanced quotes or a space outside them: " + assignment));
        continue;
      }
      values.put(assignment.substring(0, equals), value.get());
    }
    problems.throwIfAny();
    return new OsRelease(values);
  }

  public Optional<String> find(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** With some values added or replaced; the others keep their place. */
  public OsRelease with(Map<String, String> more) {
    var merged = new LinkedHashMap<>(values);
    merged.putAll(more);
    return new OsRelease(merged);
  }

  /** {@code NAME="value"} lines, which sh, systemd and GRUB read alike. */
  public String render() {
    var text = new StringBuilder();
    values.forEach(
        (name, value) ->
            text.append(name)
                .append("=\"")
                .append(value.replaceAll("([\\\\\"$`])", "\\\\$1"))
                .append("\"\n"));
    return text.toString();
  }

  private static boolean isName(String name) {
    return name.matches("[A-Za-z_][A-Za-z0-9_]*");
  }

  private static Optional<String> unquoted(String word) {
    var value = new StringBuilder();
    char quote = 0;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == '\\' && quote != '\'') {
        if (++i == word.length()) {
          return Optional.empty();
        }
        // Inside double quotes a backslash is itself unless it hides one of these (POSIX sh 2.2.3).
        if (quote == '"' && "\\\"$`".indexOf(word.charAt(i)) < 0) {
          value.append('\\');
        }
        value.append(word.charAt(i));
      } else if (quote != 0 ? c == quote : c == '"' || c == '\'') {
        quote = quote == 0 ? c : 0;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        return word.substring(i).strip().startsWith("#")
            ? Optional.of(value.toString())
            : Optional.empty();
      } else {
        value.append(c);
      }
    }
    return quote == 0 ? Optional.of(value.toString()) : Optional.empty();
  }
}
