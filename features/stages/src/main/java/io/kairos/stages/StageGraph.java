package io.kairos.stages;

import io.kairos.base.Problem;
import io.kairos.plan.Graph;
import io.kairos.plan.Policy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The order of one stage's steps in some files: within a file one after the other, file after file,
 * unless a step names what it comes after. Steps that wait for each other are left out and
 * reported.
 *
 * @param graph what waits for what
 * @param layers the steps of a layer run side by side, when all of the layer before have ended
 */
record StageGraph(
    Graph<StageOp> graph,
    List<List<Graph.Node<StageOp>>> layers,
    List<Problem> errors,
    List<Problem> warnings) {
  /** The step that every listing begins with; it does nothing. */
  static final String INIT = "init";

  static StageGraph of(String stage, List<StageFile> files) {
    return new Builder(stage).build(files);
  }

  /** Layers with the names of their steps, in upstream's form. */
  String listing() {
    var text = new StringBuilder();
    List<List<String>> names = new ArrayList<>();
    if (!layers.isEmpty()) {
      names.add(List.of(INIT));
      layers.forEach(layer -> names.add(layer.stream().map(Graph.Node::id).toList()));
    }
    for (int i = 0; i < names.size(); i++) {
      text.append(i + 1).append(".\n");
      for (String name : names.get(i)) {
        text.append(" <").append(name).append("> (background: false) (weak: ");
        text.append(!name.equals(INIT)).append(")\n");
      }
    }
    return text.toString();
  }

  /** One construction. */
  private static final class Builder {
    private final String stage;
    private final Map<String, StageOp> ops = new LinkedHashMap<>();
    private final Map<String, Set<String>> waits = new LinkedHashMap<>();
    private final Map<String, String> firstOfName = new HashMap<>();
    private final IdentityHashMap<StageStep, String> names = new IdentityHashMap<>();
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    Builder(String stage) {
      this.stage = stage;
    }

    StageGraph build(List<StageFile> files) {
      List<StageFile> taking =
          files.stream()
              .filter(file -> !file.stages().getOrDefault(stage, List.of()).isEmpty())
              .toList();
      taking.forEach(this::name);
      List<String> before = List.of();
      for (StageFile file : taking) {
        before = connect(file, before);
      }
      dropCircles();
      var graph = Graph.<StageOp>named(stage);
      ops.forEach((name, op) -> graph.add(name, op, Policy.SHOULD, Set.of(), waits.get(name)));
      Graph<StageOp> built = graph.build();
      return new StageGraph(built, layers(built), List.copyOf(errors), List.copyOf(warnings));
    }

    private static List<List<Graph.Node<StageOp>>> layers(Graph<StageOp> graph) {
      Map<String, Graph.Node<StageOp>> nodes = new HashMap<>();
      graph.nodes().forEach(node -> nodes.put(node.id(), node));
      return graph.layers().stream().map(layer -> layer.stream().map(nodes::get).toList()).toList();
    }

    private void name(StageFile file) {
      List<StageStep> steps = file.stages().get(stage);
      Set<String> distinct = new HashSet<>();
      steps.forEach(step -> distinct.add(step.name()));
      boolean ambiguous = distinct.size() < steps.size();
      for (int i = 0; i < steps.size(); i++) {
        StageStep step = steps.get(i);
        String part = ambiguous ? step.name() + "." + i : step.name();
        String wished = file.label() + "." + (part.isEmpty() ? Integer.toString(i) : part);
        String name = wished;
        for (int count = 1; ops.containsKey(name) || name.equals(INIT); count++) {
          name = wished + "." + count;
        }
        ops.put(name, new StageOp(name, step, file));
        names.put(step, name);
        firstOfName.putIfAbsent(wished, name);
      }
    }

    /**
     * @param before steps of the file before that later files wait for
     * @return the same of this file; the ones before when all its steps say where they belong
     */
    private List<String> connect(StageFile file, List<String> before) {
      List<StageStep> steps = file.stages().get(stage);
      List<String> unbound = new ArrayList<>();
      for (int i = 0; i < steps.size(); i++) {
        StageStep step = steps.get(i);
        String name = names.get(step);
        Set<String> wait = new LinkedHashSet<>(before);
        if (step.after().isEmpty()) {
          unbound.add(name);
          if (i > 0) {
            wait.add(names.get(steps.get(i - 1)));
          }
        }
        for (String other : step.after()) {
          String known = firstOfName.get(other);
          if (known != null) {
            wait.add(known);
          } else if (!other.equals(INIT)) {
            warnings.add(
                Problem.at(
                    step.position(),
                    "step '" + name + "' comes after '" + other + "', which is not in this stage"));
          }
        }
        waits.put(name, wait);
      }
      return unbound.isEmpty() ? before : unbound;
    }

    /** What remains when everything that can run is taken away waits for itself. */
    private void dropCircles() {
      Set<String> stuck = new LinkedHashSet<>(ops.keySet());
      boolean changed = true;
      while (changed) {
        changed = stuck.removeIf(name -> waits.get(name).stream().noneMatch(stuck::contains));
      }
      // steps that only wait for a circle can run without it
      changed = true;
      while (changed) {
        changed =
            stuck.removeIf(
                name -> stuck.stream().noneMatch(other -> waits.get(other).contains(name)));
      }
      if (stuck.isEmpty()) {
        return;
      }
      errors.add(
          Problem.at(
              ops.get(stuck.iterator().next()).step().position(),
              "these steps wait for each other and were left out: " + String.join(", ", stuck)));
      ops.keySet().removeAll(stuck);
      waits.keySet().removeAll(stuck);
      waits.values().forEach(wait -> wait.removeAll(stuck));
    }
  }
}
