package io.kairos.stages;

import io.kairos.base.Problem;
import io.kairos.plan.Graph;
import io.kairos.stages.action.Action;
import io.kairos.stages.condition.Condition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a run of a stage would do, in its order; nothing of it has been executed.
 *
 * @param stage as it was asked for
 * @param graphs one for each source and part of the stage that has steps
 * @param errors of files, and of steps that wait for each other
 * @param warnings keys that nobody reads, steps that wait for nobody
 */
public record StagePreview(
    String stage, List<SourceGraph> graphs, List<Problem> errors, List<Problem> warnings) {
  public StagePreview {
    graphs = List.copyOf(graphs);
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
  }

  /**
   * The steps that one source has for one part of the stage.
   *
   * @param part for example {@code boot.before}
   * @param source folder, file, URL or word
   * @param layers of steps that run side by side
   */
  public record SourceGraph(
      String part, String source, String listing, List<List<PlannedStep>> layers) {}

  /**
   * One step.
   *
   * @param name in the graph
   * @param where it was written
   * @param after steps that must have ended
   * @param conditions in the order in which they are asked
   * @param obstacle why it would be skipped, as far as that can be told without running a command
   * @param works what it would do, in order
   */
  public record PlannedStep(
      String name,
      String where,
      Set<String> after,
      List<String> conditions,
      Optional<String> obstacle,
      List<String> works) {}

  static SourceGraph graph(String part, String source, StageGraph graph, StepContext context) {
    List<List<PlannedStep>> layers = new ArrayList<>();
    for (List<Graph.Node<StageOp>> layer : graph.layers()) {
      layers.add(layer.stream().map(node -> planned(node, context)).toList());
    }
    return new SourceGraph(part, source, graph.listing(), layers);
  }

  private static PlannedStep planned(Graph.Node<StageOp> node, StepContext context) {
    StageStep step = node.step().step();
    Optional<String> obstacle =
        step.conditions().stream()
            .map(condition -> condition.foreseen(context))
            .flatMap(Optional::stream)
            .findFirst();
    return new PlannedStep(
        node.id(),
        step.position().toString(),
        node.after(),
        step.conditions().stream().map(Condition::described).toList(),
        obstacle,
        step.works().stream().map(Action.Work::summary).toList());
  }

  /** The layers in upstream's form, with a heading for each graph. */
  public String listing() {
    var text = new StringBuilder();
    for (SourceGraph graph : graphs) {
      text.append("stage: ").append(graph.part()).append('\n').append(graph.listing());
    }
    return text.append(problems()).toString();
  }

  /** For people: every step with its place, its conditions, and what it would do. */
  public String explained() {
    var text = new StringBuilder();
    for (SourceGraph graph : graphs) {
      text.append(graph.part()).append(" of ").append(graph.source()).append('\n');
      int number = 1;
      for (List<PlannedStep> layer : graph.layers()) {
        for (PlannedStep step : layer) {
          explain(step, number, text);
        }
        number++;
      }
    }
    if (graphs.isEmpty()) {
      text.append("no source has steps for the stage '").append(stage).append("'\n");
    }
    return text.append(problems()).toString();
  }

  private static void explain(PlannedStep step, int number, StringBuilder text) {
    text.append(String.format("%4d. ", number)).append(step.name()).append('\n');
    text.append("        at ").append(step.where()).append('\n');
    for (String condition : step.conditions()) {
      text.append("        when ").append(condition).append('\n');
    }
    step.obstacle()
        .ifPresent(reason -> text.append("        skipped: ").append(reason).append('\n'));
    text.append("        ");
    text.append(step.works().isEmpty() ? "does nothing" : String.join(", ", step.works()));
    text.append('\n');
  }

  private String problems() {
    var text = new StringBuilder();
    errors.forEach(problem -> text.append("error: ").append(problem).append('\n'));
    warnings.forEach(problem -> text.append("warning: ").append(problem).append('\n'));
    return text.toString();
  }

  /** For programs: maps, lists and texts, as they would be in JSON. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("stage", stage);
    fields.put("graphs", graphs.stream().map(StagePreview::fields).toList());
    fields.put("errors", errors.stream().map(Problem::render).toList());
    fields.put("warnings", warnings.stream().map(Problem::render).toList());
    return fields;
  }

  private static Map<String, Object> fields(SourceGraph graph) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("part", graph.part());
    fields.put("source", graph.source());
    fields.put(
        "layers",
        graph.layers().stream()
            .map(layer -> layer.stream().map(StagePreview::fields).toList())
            .toList());
    return fields;
  }

  private static Map<String, Object> fields(PlannedStep step) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", step.name());
    fields.put("where", step.where());
    fields.put("after", List.copyOf(step.after()));
    fields.put("conditions", step.conditions());
    step.obstacle().ifPresent(reason -> fields.put("skipped", reason));
    fields.put("actions", step.works());
    return fields;
  }
}
