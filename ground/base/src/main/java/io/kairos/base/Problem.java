package io.kairos.base;

import java.util.Optional;

/**
 * One thing that is wrong, told so that its reader can mend it.
 *
 * @param what the fact, without a trailing period
 * @param where the text that has to change, when there is one
 * @param remedy what to do next
 */
public record Problem(String what, Optional<Position> where, Optional<String> remedy) {
  public static Problem of(String what) {
    return new Problem(what, Optional.empty(), Optional.empty());
  }

  public static Problem at(Position where, String what) {
    return new Problem(what, Optional.of(where), Optional.empty());
  }

  public Problem withRemedy(String todo) {
    return new Problem(what, where, Optional.of(todo));
  }

  /** Position, fact, and the remedy on a line of its own. */
  public String render() {
    var text = new StringBuilder();
    where.ifPresent(position -> text.append(position).append(": "));
    text.append(what);
    remedy.ifPresent(todo -> text.append("\n  try: ").append(todo));
    return text.toString();
  }

  @Override
  public String toString() {
    return render();
  }
}
