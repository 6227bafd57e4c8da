package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.host.Host;
import io.kairos.stages.StepContext;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code directories}: creates folders with their permissions and owners. */
final class DirectoriesAction implements Action {
  private record Directory(String path, Ownership ownership) {
    static Directory read(Section item) {
      return new Directory(
          HostFiles.normalized(item.text("path", "where").requiredOr("/")),
          Ownership.read(item, false));
    }
  }

  private record Creation(List<Directory> directories) implements Work {
    @Override
    public String summary() {
      return "directories: " + directories.size();
    }

    @Override
    public void perform(StepContext context) {
      context.each(
          directories,
          directory -> create(context.host(), directory.path(), directory.ownership()));
    }
  }

  @Override
  public List<String> keys() {
    return List.of("directories");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.sections("directories", "folders to create", Directory::read)
        .optional()
        .filter(list -> !list.isEmpty())
        .map(Creation::new);
  }

  /** Creates a folder; those that are missing above it get the same permissions and owner. */
  static void create(Host host, String path, Ownership ownership) {
    List<String> missing = new ArrayList<>();
    String at = path;
    while (at.length() > 1 && !Files.isDirectory(host.resolved(at))) {
      missing.add(at);
      at = at.substring(0, Math.max(1, at.lastIndexOf('/')));
    }
    for (String directory : missing.reversed()) {
      HostFiles.createDirectories(host, directory, ownership.mode());
      ownership.apply(host, directory);
    }
    ownership.apply(host, path);
  }
}
