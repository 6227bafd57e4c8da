package io.kairos.agent.bundle;

import io.kairos.config.BundleConfig;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The bundles that an action has to install.
 *
 * @param mustSucceed whether the action fails when one of them does ({@code
 *     fail_on_bundles_errors})
 * @param allowsInsecureRegistries plain HTTP and any certificate
 */
public record Bundles(
    List<BundleConfig> items, boolean mustSucceed, boolean allowsInsecureRegistries) {
  public static final Bundles NONE = new Bundles(List.of(), false, false);

  public Bundles {
    items = List.copyOf(items);
  }

  public boolean isEmpty() {
    return items.stream().allMatch(bundle -> bundle.targets().isEmpty());
  }

  /** {@code run://a/b, container://c}. */
  public String targets() {
    return items.stream()
        .flatMap(bundle -> bundle.targets().stream())
        .collect(Collectors.joining(", "));
  }
}
