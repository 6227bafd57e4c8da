package io.kairos.dist.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a user gave to a verb.
 *
 * @param words without dashes, in order
 * @param values by the main name of the option; a flag has the value {@code true}
 * @param environment for options that also come from a variable
 */
public record Parameters(
    List<String> words, Map<String, List<String>> values, Map<String, String> environment) {

  public Parameters {
    words = List.copyOf(words);
    values = Map.copyOf(values);
    environment = Map.copyOf(environment);
  }

  public boolean has(Option flag) {
    return given(flag).map(value -> !value.equals("false")).orElse(false);
  }

  /** The command line's value, else the variable's, else the default. */
  public Optional<String> value(Option option) {
    return given(option).or(option::byDefault);
  }

  /**
   * @throws IllegalStateException when the option has neither value nor default: the verb should
   *     have declared it mandatory
   */
  public String require(Option option) {
    return value(option)
        .orElseThrow(() -> new IllegalStateException("no value for --" + option.name()));
  }

  /** All values of a repeatable option. */
  public List<String> all(Option option) {
    List<String> list = values.get(option.name());
    if (list != null) {
      return list;
    }
    return value(option).map(List::of).orElse(List.of());
  }

  public Optional<String> word(int index) {
    return index < words.size() ? Optional.of(words.get(index)) : Optional.empty();
  }

  private Optional<String> given(Option option) {
    List<String> list = values.get(option.name());
    if (list != null) {
      return Optional.of(list.getLast());
    }
    return option
        .variable()
        .flatMap(name -> Optional.ofNullable(environment.get(name)))
        .filter(value -> !value.isEmpty());
  }
}
