package io.kairos.dist.runtime;

import io.kairos.plan.Step;
import java.nio.file.Path;
import java.util.List;

/** What it takes to make a node runtime, as values. */
sealed interface RuntimeStep extends Step {
  record PrepareFolder(Path scratch) implements RuntimeStep {
    @Override
    public String summary() {
      return "work in " + scratch;
    }
  }

  record LinkModules(Path jdk, List<String> modules, Path tree) implements RuntimeStep {
    @Override
    public String summary() {
      return "link " + String.join(", ", modules) + " of " + jdk;
    }
  }

  record Drop(Path tree, List<String> names) implements RuntimeStep {
    @Override
    public String summary() {
      return "drop " + String.join(", ", names);
    }
  }

  record StripNatives(Path tree) implements RuntimeStep {
    @Override
    public String summary() {
      return "strip the symbols of natives";
    }
  }

  record CopyJars(List<Path> jars, Path tree) implements RuntimeStep {
    @Override
    public String summary() {
      return "copy " + jars.size() + " jars";
    }
  }

  record CheckModules(Path jdk, List<String> modules, Path tree) implements RuntimeStep {
    @Override
    public String summary() {
      return "check that the jars need no other module";
    }
  }

  /**
   * Keeps what a program tells of itself.
   *
   * @param document file in the tree, then the run that prints it
   */
  record WriteDocument(Path tree, List<String> document) implements RuntimeStep {
    @Override
    public String summary() {
      return "write " + document.getFirst();
    }
  }

  /** Equal modes and times, whoever builds and whenever. */
  record Settle(Path tree) implements RuntimeStep {
    @Override
    public String summary() {
      return "settle modes and times";
    }
  }

  record RecordClasses(Path tree, List<String> run, Path list) implements RuntimeStep {
    @Override
    public String summary() {
      return "record the classes of `" + String.join(" ", run) + "`";
    }
  }

  record ArchiveClasses(Path tree, List<Path> lists) implements RuntimeStep {
    @Override
    public String summary() {
      return "archive the classes";
    }
  }

  record AddCLibrary(CLibrary library, List<EmbeddedPath> embedded, Path tree)
      implements RuntimeStep {
    @Override
    public String summary() {
      return "add a C library of its own";
    }
  }

  record PatchNatives(Path tree, List<String> unpatched) implements RuntimeStep {
    @Override
    public String summary() {
      return "point natives to that C library";
    }
  }

  record WriteArguments(Path tree) implements RuntimeStep {
    @Override
    public String summary() {
      return "write java.args";
    }
  }

  record WriteLauncher(Path launcher) implements RuntimeStep {
    @Override
    public String summary() {
      return "write the launcher";
    }
  }

  record Publish(Path ready, Path target) implements RuntimeStep {
    @Override
    public String summary() {
      return "publish as " + target;
    }
  }
}
