package io.kairos.stages.condition;

import io.kairos.config.SystemFacts;
import io.kairos.stages.StepContext;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** {@code node}, {@code only_os} and their like: a fact contains a match of a pattern. */
record PatternCondition(String key, String pattern, Function<StepContext, Optional<String>> fact)
    implements Condition {
  static PatternCondition node(String pattern) {
    return new PatternCondition(
        "node hostname", pattern, context -> Optional.of(context.facts().hostname()));
  }

  static PatternCondition os(String pattern) {
    return new PatternCondition("only_os", pattern, context -> context.facts().osName());
  }

  static PatternCondition osVersion(String pattern) {
    return new PatternCondition("only_os_version", pattern, context -> context.facts().osVersion());
  }

  static PatternCondition architecture(String pattern) {
    return new PatternCondition(
        "only_arch", pattern, context -> Optional.of(SystemFacts.architecture()));
  }

  @Override
  public Optional<String> obstacle(StepContext context) {
    Optional<String> found = fact.apply(context);
    if (found.isEmpty()) {
      return Optional.of(
          key + ": this system does not tell what '" + pattern + "' is matched with");
    }
    try {
      return Pattern.compile(pattern).matcher(found.get()).find()
          ? Optional.empty()
          : Optional.of(key + ": '" + found.get() + "' doesn't match '" + pattern + "'");
    } catch (PatternSyntaxException e) {
      return Optional.of(key + ": '" + pattern + "' is no pattern: " + e.getDescription());
    }
  }

  @Override
  public String described() {
    return key + ": " + pattern;
  }
}
