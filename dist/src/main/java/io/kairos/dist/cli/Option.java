package io.kairos.dist.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What may follow a verb behind dashes.
 *
 * @param names main name first; names of one letter take one dash
 * @param placeholder how help calls its value; empty for a flag
 * @param help one line: what it changes
 * @param byDefault what holds when it is not given
 * @param variable environment variable that gives it when the command line does not
 * @param choices the values it takes; empty for any
 * @param repeats whether it may be given more than once
 * @param required whether the verb refuses to run without it
 */
public record Option(
    List<String> names,
    Optional<String> placeholder,
    String help,
    Optional<String> byDefault,
    Optional<String> variable,
    List<String> choices,
    boolean repeats,
    boolean required) {

  public Option {
    names = List.copyOf(names);
    choices = List.copyOf(choices);
  }

  /** On or off. */
  public static Option flag(String name, String help) {
    return new Option(
        List.of(name),
        Optional.empty(),
        help,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        false,
        false);
  }

  /** With a value. */
  public static Option value(String name, String placeholder, String help) {
    return new Option(
        List.of(name),
        Optional.of(placeholder),
        help,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        false,
        false);
  }

  /** For people, unless a program asks for JSON. */
  public static Option outputFormat() {
    return value("output", "FORMAT", "how the result is printed")
        .also("o")
        .oneOf("text", "json")
        .orElse("text");
  }

  /** Another name for it, for example {@code o} for {@code -o}. */
  public Option also(String name) {
    var more = new ArrayList<>(names);
    more.add(name);
    return new Option(more, placeholder, help, byDefault, variable, choices, repeats, required);
  }

  public Option orElse(String value) {
    return new Option(
        names, placeholder, help, Optional.of(value), variable, choices, repeats, required);
  }

  public Option fromVariable(String name) {
    return new Option(
        names, placeholder, help, byDefault, Optional.of(name), choices, repeats, required);
  }

  public Option oneOf(String... values) {
    return new Option(
        names, placeholder, help, byDefault, variable, List.of(values), repeats, required);
  }

  public Option repeatable() {
    return new Option(names, placeholder, help, byDefault, variable, choices, true, required);
  }

  public Option mandatory() {
    return new Option(names, placeholder, help, byDefault, variable, choices, repeats, true);
  }

  public String name() {
    return names.getFirst();
  }

  public boolean isFlag() {
    return placeholder.isEmpty();
  }

  /** {@code --output FILE, -o}. */
  String spelled() {
    var text = new StringBuilder(dashed(name()));
    placeholder.ifPresent(value -> text.append(' ').append(value));
    names.stream().skip(1).forEach(other -> text.append(", ").append(dashed(other)));
    return text.toString();
  }

  static String dashed(String name) {
    return name.length() == 1 ? "-" + name : "--" + name;
  }
}
