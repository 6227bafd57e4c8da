package io.kairos.stages.action;

import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.stages.StepContext;
import io.kairos.stages.packages.PackageManager;
import java.util.List;
import java.util.Optional;

/**
 * {@code packages}: refreshes, upgrades, installs and removes, in that order, with the package
 * manager of the system. The first failure ends it, because the rest would build on it.
 */
final class PackagesAction implements Action {
  private record Packages(
      List<String> install, List<String> remove, boolean refreshes, boolean upgrades)
      implements Work {
    static Packages read(Section packages) {
      return new Packages(
          packages.texts("install", "packages to install; templates").orElse(List.of()),
          packages.texts("remove", "packages to remove; templates").orElse(List.of()),
          packages.flag("refresh", "read the lists of the repositories").orElse(false),
          packages.flag("upgrade", "upgrade what is installed").orElse(false));
    }

    boolean isNothing() {
      return install.isEmpty() && remove.isEmpty() && !refreshes && !upgrades;
    }

    @Override
    public String summary() {
      return "packages: " + (install.size() + remove.size());
    }

    @Override
    public void perform(StepContext context) {
      PackageManager manager =
          PackageManager.of(context.facts())
              .orElseThrow(
                  () ->
                      HostFailure.withRemedy(
                          "unknown package manager: no one is known for "
                              + context
                                  .facts()
                                  .osId()
                                  .map(id -> "'" + id + "'")
                                  .orElse("this system"),
                          "use commands: in the step, or set ID_LIKE in /etc/os-release"));
      context.packages().lock();
      try {
        if (refreshes) {
          manager.run(context.host(), manager.refresh(), List.of());
        }
        if (upgrades) {
          manager.run(context.host(), manager.upgrade(), List.of());
        }
        change(context, manager, manager.install(), install);
        change(context, manager, manager.remove(), remove);
      } finally {
        context.packages().unlock();
      }
    }

    private static void change(
        StepContext context, PackageManager manager, List<String> commandLine, List<String> names) {
      if (!names.isEmpty()) {
        manager.run(context.host(), commandLine, names.stream().map(context::render).toList());
      }
    }
  }

  @Override
  public List<String> keys() {
    return List.of("packages");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.section("packages", "packages of the system", Packages::read)
        .optional()
        .filter(packages -> !packages.isNothing())
        .map(packages -> packages);
  }
}
