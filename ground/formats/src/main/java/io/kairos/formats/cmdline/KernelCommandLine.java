package io.kairos.formats.cmdline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code /proc/cmdline}, cut into parameters as the kernel cuts it (lib/cmdline.c, {@code
 * next_arg}): double quotes keep blanks together, single quotes mean nothing.
 *
 * @param text the whole line
 * @param parameters in their order
 */
public record KernelCommandLine(String text, List<Parameter> parameters) {
  private static final String NEW_FAMILY = "rd.immucore.";
  private static final String OLD_FAMILY = "rd.cos.";

  /**
   * One parameter.
   *
   * @param value empty for a bare word; {@code key=} has the empty text
   */
  public record Parameter(String key, Optional<String> value) {}

  public KernelCommandLine {
    parameters = List.copyOf(parameters);
  }

  public static KernelCommandLine parse(String text) {
    List<Parameter> parameters = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      while (at < text.length() && isBlank(text.charAt(at))) {
        at++;
      }
      int start = at;
      boolean quoted = false;
      while (at < text.length() && (quoted || !isBlank(text.charAt(at)))) {
        quoted ^= text.charAt(at) == '"';
        at++;
      }
      if (at > start) {
        parameters.add(parameter(text.substring(start, at)));
      }
    }
    return new KernelCommandLine(text.strip(), parameters);
  }

  private static Parameter parameter(String token) {
    String bare = unquoted(token);
    int equals = bare.indexOf('=');
    return equals < 0
        ? new Parameter(bare, Optional.empty())
        : new Parameter(
            bare.substring(0, equals), Optional.of(unquoted(bare.substring(equals + 1))));
  }

  private static String unquoted(String word) {
    if (!word.startsWith("\"")) {
      return word;
    }
    return word.endsWith("\"") && word.length() > 1
        ? word.substring(1, word.length() - 1)
        : word.substring(1);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  /** Whether this parameter stands there, bare or with a value. */
  public boolean has(String key) {
    return parameters.stream().anyMatch(parameter -> parameter.key().equals(key));
  }

  /** The value of the first parameter of this name; a bare word has the empty value. */
  public Optional<String> value(String key) {
    return values(key).stream().findFirst();
  }

  /** The values of all parameters of this name, in order. */
  public List<String> values(String key) {
    return parameters.stream()
        .filter(parameter -> parameter.key().equals(key))
        .map(parameter -> parameter.value().orElse(""))
        .toList();
  }

  /**
   * Whether {@code rd.immucore.NAME} or its older spelling {@code rd.cos.NAME} is given.
   *
   * @param name for example {@code debugrw}
   */
  public boolean hasRd(String name) {
    return has(NEW_FAMILY + name) || has(OLD_FAMILY + name);
  }

  /**
   * First value of {@code rd.immucore.NAME}, else of {@code rd.cos.NAME}; empty values are none.
   */
  public Optional<String> rd(String name) {
    return rdAll(name).stream().findFirst();
  }

  /** All values of {@code rd.immucore.NAME}; if there are none, of {@code rd.cos.NAME}. */
  public List<String> rdAll(String name) {
    String family = has(NEW_FAMILY + name) ? NEW_FAMILY : OLD_FAMILY;
    return values(family + name).stream().filter(value -> !value.isEmpty()).toList();
  }

  /**
   * Whether a word stands anywhere in the line, also inside a value: how boot states are told,
   * because {@code root=LABEL=COS_ACTIVE} names one.
   */
  public boolean mentions(String word) {
    return text.contains(word);
  }
}
