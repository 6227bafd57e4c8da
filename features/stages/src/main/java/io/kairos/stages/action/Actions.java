package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.stages.datasource.DatasourceAction;
import java.util.ArrayList;
import java.util.List;

/** All actions. */
public final class Actions {
  /** In the order in which a step does them, however they are written. */
  static final List<Action> ORDER =
      List.of(
          new DnsAction(),
          new DownloadsAction(),
          new GitAction(),
          new EnsureEntitiesAction(),
          new DirectoriesAction(),
          new FilesAction(),
          new CommandsAction(),
          new DeleteEntitiesAction(),
          new HostnameAction(),
          new SysctlAction(),
          new UsersAction(),
          new AuthorizedKeysAction(),
          new ModulesAction(),
          new TimesyncdAction(),
          new SystemctlAction(),
          new EnvironmentAction(),
          new SystemdFirstbootAction(),
          new DatasourceAction(),
          new LayoutAction(),
          new PackagePinsAction(),
          new PackagesAction(),
          new UnpackImagesAction());

  private Actions() {}

  /** The work of a step. */
  public static List<Action.Work> read(Section step) {
    List<Action.Work> works = new ArrayList<>();
    for (Action action : ORDER) {
      if (step.concerns(action.keys())) {
        action.read(step).ifPresent(works::add);
      }
    }
    return works;
  }
}
