package io.kairos.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Steps with a partial order: what does not depend on each other runs side by side.
 *
 * @param name what the graph achieves
 * @param nodes in the order in which they were added
 */
public record Graph<S extends Step>(String name, List<Node<S>> nodes) {
  /**
   * A step with its place in the order.
   *
   * @param id unique in its graph
   * @param needs ids that must have succeeded, otherwise this step is skipped with that reason
   * @param after ids that must have ended, however they ended
   */
  public record Node<S extends Step>(
      String id, S step, Policy policy, Set<String> needs, Set<String> after) {
    public Node {
      needs = new TreeSet<>(needs);
      after = new TreeSet<>(after);
    }
  }

  public Graph {
    nodes = List.copyOf(nodes);
    var known = new LinkedHashSet<String>();
    for (Node<S> node : nodes) {
      if (!known.add(node.id())) {
        throw new IllegalArgumentException("two steps are called '" + node.id() + "'");
      }
    }
    for (Node<S> node : nodes) {
      var wanted = new LinkedHashSet<>(node.needs());
      wanted.addAll(node.after());
      wanted.removeAll(known);
      if (!wanted.isEmpty()) {
        throw new IllegalArgumentException("'" + node.id() + "' waits for unknown steps " + wanted);
      }
    }
    layersOf(nodes);
  }

  public static <S extends Step> Builder<S> named(String name) {
    return new Builder<>(name);
  }

  /** Ids by distance from the start: a layer depends only on earlier ones. */
  public List<List<String>> layers() {
    return layersOf(nodes);
  }

  private static <S extends Step> List<List<String>> layersOf(List<Node<S>> nodes) {
    Map<String, Integer> open = new LinkedHashMap<>();
    Map<String, List<String>> followers = new HashMap<>();
    for (Node<S> node : nodes) {
      var waits = new HashSet<>(node.needs());
      waits.addAll(node.after());
      open.put(node.id(), waits.size());
      waits.forEach(
          other -> followers.computeIfAbsent(other, id -> new ArrayList<>()).add(node.id()));
    }
    Map<String, Integer> places = new HashMap<>();
    nodes.forEach(node -> places.put(node.id(), places.size()));
    List<List<String>> layers = new ArrayList<>();
    List<String> layer =
        open.keySet().stream().filter(id -> open.get(id) == 0).collect(Collectors.toList());
    while (!layer.isEmpty()) {
      layers.add(List.copyOf(layer));
      List<String> next = new ArrayList<>();
      for (String id : layer) {
        open.remove(id);
        for (String follower : followers.getOrDefault(id, List.of())) {
          if (open.merge(follower, -1, Integer::sum) == 0) {
            next.add(follower);
          }
        }
      }
      next.sort(Comparator.comparing(places::get));
      layer = next;
    }
    if (!open.isEmpty()) {
      throw new IllegalArgumentException("these steps wait for each other: " + open.keySet());
    }
    return layers;
  }

  /** For people and golden files: layers, with what each step waits for. */
  public String render() {
    var byId = new LinkedHashMap<String, Node<S>>();
    nodes.forEach(node -> byId.put(node.id(), node));
    var text = new StringBuilder("graph: ").append(name).append('\n');
    int number = 1;
    for (List<String> layer : layers()) {
      text.append(number++).append(".\n");
      for (String id : layer) {
        Node<S> node = byId.get(id);
        text.append(" <").append(id).append("> ").append(node.step().summary());
        if (node.policy() != Policy.MUST) {
          text.append(" [")
              .append(node.policy().name().toLowerCase(java.util.Locale.ROOT))
              .append(']');
        }
        if (!node.needs().isEmpty()) {
          text.append(" needs ").append(String.join(", ", node.needs()));
        }
        if (!node.after().isEmpty()) {
          text.append(" after ").append(String.join(", ", node.after()));
        }
        text.append('\n');
      }
    }
    return text.toString();
  }

  /** Collects nodes. */
  public static final class Builder<S extends Step> {
    private final String name;
    private final List<Node<S>> nodes = new ArrayList<>();

    private Builder(String name) {
      this.name = name;
    }

    public Builder<S> add(String id, S step, Policy policy, Set<String> needs, Set<String> after) {
      nodes.add(new Node<>(id, step, policy, needs, after));
      return this;
    }

    public Builder<S> add(String id, S step, Policy policy, String... needs) {
      return add(id, step, policy, new LinkedHashSet<>(List.of(needs)), Set.of());
    }

    public Graph<S> build() {
      return new Graph<>(name, nodes);
    }
  }
}
