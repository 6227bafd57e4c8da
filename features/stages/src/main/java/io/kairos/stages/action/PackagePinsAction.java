package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.stages.StepContext;
import io.kairos.stages.packages.PackageManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code package_pins}: keeps packages at a version. */
final class PackagePinsAction implements Action {
  private record Pins(Map<String, String> versions) implements Work {
    @Override
    public String summary() {
      return "package_pins: " + versions.size();
    }

    @Override
    public void perform(StepContext context) {
      Map<String, String> pinned = new TreeMap<>();
      versions.forEach(
          (name, version) -> {
            if (version.isEmpty()) {
              context.log().warn("package_pins: " + name + " has no version, so it is not pinned");
            } else {
              pinned.put(context.render(name), context.render(version));
            }
          });
      Optional<PackageManager> manager = PackageManager.of(context.facts());
      if (manager.flatMap(PackageManager::pins).isEmpty()) {
        context
            .log()
            .warn(
                "package_pins: "
                    + manager.map(PackageManager::name).orElse("the package manager of this system")
                    + " cannot pin versions; nothing was pinned");
        return;
      }
      context.packages().lock();
      try {
        if (!pinned.isEmpty()) {
          manager.orElseThrow().pins().orElseThrow().pin(context.host(), manager.get(), pinned);
        }
      } finally {
        context.packages().unlock();
      }
    }
  }

  @Override
  public List<String> keys() {
    return List.of("package_pins");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.textMap("package_pins", "versions by package; templates")
        .optional()
        .filter(map -> !map.isEmpty())
        .map(Pins::new);
  }
}
