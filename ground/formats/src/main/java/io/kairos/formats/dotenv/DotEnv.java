package io.kairos.formats.dotenv;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Variables of an env file, by the rules of godotenv: {@code export} is allowed, {@code #} starts a
 * comment, single quotes keep everything, double quotes know escapes, and {@code $NAME} stands for
 * an earlier variable of the file except in single quotes. Lines that are no assignment are
 * skipped.
 *
 * @param variables in the order of the file
 */
public record DotEnv(Map<String, String> variables) {
  public DotEnv {
    variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
  }

  public static DotEnv parse(String text) {
    return new DotEnv(new DotEnvReader(text.replace("\r\n", "\n")).read());
  }

  public Optional<String> get(String name) {
    return Optional.ofNullable(variables.get(name));
  }

  /** The items of a variable that holds a list separated by blanks. */
  public List<String> list(String name) {
    List<String> items = new ArrayList<>();
    for (String item : get(name).orElse("").split("\\s+")) {
      if (!item.isEmpty()) {
        items.add(item);
      }
    }
    return items;
  }

  /** These variables with others put over them. */
  public DotEnv merged(Map<String, String> others) {
    var all = new LinkedHashMap<>(variables);
    all.putAll(others);
    return new DotEnv(all);
  }

  public DotEnv merged(DotEnv others) {
    return merged(others.variables());
  }

  /** One line a variable, sorted; whole numbers are bare, everything else is quoted. */
  public String render() {
    var text = new StringBuilder();
    new TreeMap<>(variables)
        .forEach((name, value) -> text.append(name).append('=').append(quoted(value)).append('\n'));
    return text.toString();
  }

  private static String quoted(String value) {
    if (isWholeNumber(value)) {
      return value;
    }
    var text = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\\', '"', '!', '$', '`' -> text.append('\\').append(c);
        default -> text.append(c);
      }
    }
    return text.append('"').toString();
  }

  /** Only when the number has no other spelling: {@code 0644} stays as it is. */
  private static boolean isWholeNumber(String value) {
    int start = value.startsWith("-") ? 1 : 0;
    int digits = value.length() - start;
    if (digits < 1 || digits > 18 || (value.charAt(start) == '0' && value.length() > 1)) {
      return false;
    }
    for (int i = start; i < value.length(); i++) {
      if (value.charAt(i) < '0' || value.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
