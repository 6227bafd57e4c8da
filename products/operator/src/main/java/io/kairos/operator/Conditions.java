package io.kairos.operator;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Conditions of an object (Kubernetes API conventions, "Typical status properties"), one per type.
 * Immutable.
 *
 * @param all in the order in which they were first set
 */
public record Conditions(List<Condition> all) {
  public static final Conditions NONE = new Conditions(List.of());

  public Conditions {
    all = List.copyOf(all);
  }

  public static Conditions of(List<Condition> all) {
    return all == null ? NONE : new Conditions(all);
  }

  public Optional<Condition> find(String type) {
    return all.stream().filter(condition -> condition.getType().equals(type)).findFirst();
  }

  public boolean isTrue(String type) {
    return find(type).filter(condition -> condition.getStatus().equals("True")).isPresent();
  }

  /**
   * With one condition set. The time of its last transition moves only when its status does, so
   * that equal facts give an equal object.
   *
   * @param reason one word in CamelCase
   * @param message a sentence for people
   */
  public Conditions with(
      String type, boolean status, String reason, String message, Long generation, Instant now) {
    String word = status ? "True" : "False";
    String since =
        find(type)
            .filter(condition -> condition.getStatus().equals(word))
            .map(Condition::getLastTransitionTime)
            .orElse(time(now));
    var set =
        new ConditionBuilder()
            .withType(type)
            .withStatus(word)
            .withReason(reason)
            .withMessage(message)
            .withObservedGeneration(generation)
            .withLastTransitionTime(since)
            .build();
    var next = new ArrayList<Condition>();
    boolean replaced = false;
    for (Condition condition : all) {
      boolean same = condition.getType().equals(type);
      next.add(same ? set : condition);
      replaced |= same;
    }
    if (!replaced) {
      next.add(set);
    }
    return new Conditions(next);
  }

  /** RFC 3339 in UTC with whole seconds, as Kubernetes writes times. */
  public static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
