package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Which labels a LabelSelector means: none at all and an empty one mean all; {@code NotIn} also
 * means objects without the key (Kubernetes, "Labels and Selectors").
 */
record Selector(LabelSelector selector) {
  /**
   * @throws InvalidConfig for an operator that does not exist
   */
  boolean matches(Map<String, String> labels) {
    if (selector == null) {
      return true;
    }
    Map<String, String> equal = selector.getMatchLabels();
    boolean equals =
        equal == null
            || equal.entrySet().stream()
                .allMatch(entry -> Objects.equals(labels.get(entry.getKey()), entry.getValue()));
    return equals && requirements().stream().allMatch(requirement -> holds(requirement, labels));
  }

  /**
   * @throws InvalidConfig for an operator that does not exist or lacks its values
   */
  void validate() {
    for (LabelSelectorRequirement requirement : requirements()) {
      holds(requirement, Map.of());
      boolean wantsValues =
          requirement.getOperator().equals("In") || requirement.getOperator().equals("NotIn");
      if (wantsValues != !values(requirement).isEmpty()) {
        throw new InvalidConfig(
            Problem.of(
                    "spec.nodeSelector: operator "
                        + requirement.getOperator()
                        + " of key "
                        + requirement.getKey()
                        + (wantsValues ? " needs values" : " takes no values"))
                .withRemedy("see kubectl explain nodeop.spec.nodeSelector"));
      }
    }
  }

  private List<LabelSelectorRequirement> requirements() {
    return selector == null || selector.getMatchExpressions() == null
        ? List.of()
        : selector.getMatchExpressions();
  }

  private static List<String> values(LabelSelectorRequirement requirement) {
    return requirement.getValues() == null ? List.of() : requirement.getValues();
  }

  private static boolean holds(LabelSelectorRequirement requirement, Map<String, String> labels) {
    String value = labels.get(requirement.getKey());
    return switch (String.valueOf(requirement.getOperator())) {
      case "In" -> value != null && values(requirement).contains(value);
      case "NotIn" -> value == null || !values(requirement).contains(value);
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      default ->
          throw new InvalidConfig(
              Problem.of(
                      "spec.nodeSelector: '"
                          + requirement.getOperator()
                          + "' is no operator of a label selector")
                  .withRemedy("use In, NotIn, Exists or DoesNotExist"));
    };
  }
}
