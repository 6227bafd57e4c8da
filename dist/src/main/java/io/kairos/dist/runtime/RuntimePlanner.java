package io.kairos.dist.runtime;

import io.kairos.dist.runtime.RuntimeStep.AddCLibrary;
import io.kairos.dist.runtime.RuntimeStep.ArchiveClasses;
import io.kairos.dist.runtime.RuntimeStep.CheckModules;
import io.kairos.dist.runtime.RuntimeStep.CopyJars;
import io.kairos.dist.runtime.RuntimeStep.Drop;
import io.kairos.dist.runtime.RuntimeStep.LinkModules;
import io.kairos.dist.runtime.RuntimeStep.PatchNatives;
import io.kairos.dist.runtime.RuntimeStep.PrepareFolder;
import io.kairos.dist.runtime.RuntimeStep.Publish;
import io.kairos.dist.runtime.RuntimeStep.RecordClasses;
import io.kairos.dist.runtime.RuntimeStep.Settle;
import io.kairos.dist.runtime.RuntimeStep.StripNatives;
import io.kairos.dist.runtime.RuntimeStep.WriteArguments;
import io.kairos.dist.runtime.RuntimeStep.WriteDocument;
import io.kairos.dist.runtime.RuntimeStep.WriteLauncher;
import io.kairos.plan.Plan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Decides how a runtime is made, touches nothing. */
final class RuntimePlanner {
  private RuntimePlanner() {}

  /**
   * The class archive is made before the natives are patched: until then the tree runs on the build
   * host where it stands, without a namespace or a chroot. The VM accepts a class path that moved
   * as a whole.
   *
   * @param scratch on the same file system as the target
   * @param target gets {@code kairos/} and {@code kairos.sh}
   */
  static Plan<RuntimeStep> plan(
      RuntimeRequest request, RuntimeData data, CLibrary library, Path scratch, Path target) {
    Path ready = scratch.resolve("ready");
    Path tree = ready.resolve("kairos");
    var plan = Plan.<RuntimeStep>named("node runtime");
    plan.must(new PrepareFolder(scratch));
    plan.must(new LinkModules(request.jdk(), data.modules(), tree));
    plan.must(new Drop(tree, data.dropped()));
    plan.must(new StripNatives(tree));
    plan.must(new CopyJars(request.jars(), tree));
    plan.must(new CheckModules(request.jdk(), data.modules(), tree));
    plan.must(new Settle(tree));
    List<Path> lists = new ArrayList<>();
    for (List<String> run : data.training()) {
      lists.add(scratch.resolve("classes-" + lists.size()));
      plan.should(new RecordClasses(tree, run, lists.getLast()));
    }
    plan.must(new ArchiveClasses(tree, lists));
    data.documents().forEach(document -> plan.must(new WriteDocument(tree, document)));
    plan.must(new AddCLibrary(library, data.embeddedPaths(), tree));
    plan.must(new PatchNatives(tree, data.libraries()));
    plan.must(new WriteArguments(tree));
    plan.must(new Settle(tree));
    plan.must(new WriteLauncher(ready.resolve("kairos.sh")));
    return plan.must(new Publish(ready, target)).build();
  }
}
