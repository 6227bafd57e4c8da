package io.kairos.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An ordered list of named steps, computed by a pure function and performed by an {@link Applier}.
 *
 * @param name what the plan achieves: {@code install}
 * @param entries in the order in which they are performed
 */
public record Plan<S extends Step>(String name, List<Entry<S>> entries) {
  /**
   * A step in its place.
   *
   * @param milestone progress name that front ends know, announced before the step
   */
  public record Entry<S extends Step>(S step, Policy policy, Optional<String> milestone) {}

  public Plan {
    entries = List.copyOf(entries);
  }

  public static <S extends Step> Builder<S> named(String name) {
    return new Builder<>(name);
  }

  public List<S> steps() {
    return entries.stream().map(Entry::step).toList();
  }

  /** For people and golden files: one line a step. */
  public String render() {
    var text = new StringBuilder("plan: ").append(name).append('\n');
    int number = 1;
    for (Entry<S> entry : entries) {
      text.append(String.format("%3d. ", number++));
      if (entry.policy() != Policy.MUST) {
        text.append('[')
            .append(entry.policy().name().toLowerCase(java.util.Locale.ROOT))
            .append("] ");
      }
      text.append(entry.step().summary());
      entry.milestone().ifPresent(milestone -> text.append("  (").append(milestone).append(')'));
      text.append('\n');
    }
    return text.toString();
  }

  /** Collects entries; a milestone belongs to the step that follows it. */
  public static final class Builder<S extends Step> {
    private final String name;
    private final List<Entry<S>> entries = new ArrayList<>();
    private Optional<String> milestone = Optional.empty();

    private Builder(String name) {
      this.name = name;
    }

    public Builder<S> milestone(String event) {
      milestone = Optional.of(event);
      return this;
    }

    public Builder<S> must(S step) {
      return add(Policy.MUST, step);
    }

    public Builder<S> strict(S step) {
      return add(Policy.STRICT, step);
    }

    public Builder<S> should(S step) {
      return add(Policy.SHOULD, step);
    }

    public Builder<S> may(S step) {
      return add(Policy.MAY, step);
    }

    private Builder<S> add(Policy policy, S step) {
      entries.add(new Entry<>(step, policy, milestone));
      milestone = Optional.empty();
      return this;
    }

    public Plan<S> build() {
      return new Plan<>(name, entries);
    }
  }
}
