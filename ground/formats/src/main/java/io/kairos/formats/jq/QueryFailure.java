package io.kairos.formats.jq;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import java.util.Optional;

/** How queries fail. */
final class QueryFailure {
  private QueryFailure() {}

  /**
   * @param at counted from zero
   */
  static InvalidConfig syntax(String query, int at, String what) {
    return new InvalidConfig(
        Problem.of("the query '" + query + "' is wrong at character " + (at + 1) + ": " + what));
  }

  static InvalidConfig unknownFunction(String name, int arguments, Optional<String> near) {
    var problem = Problem.of("function not defined: " + name + "/" + arguments);
    return new InvalidConfig(
        problem.withRemedy(
            near.map(other -> "did you mean '" + other + "'?")
                .orElse("begin a path with a dot, such as '." + name + "'")));
  }

  static InvalidConfig value(String what) {
    return new InvalidConfig(Problem.of(what));
  }
}
