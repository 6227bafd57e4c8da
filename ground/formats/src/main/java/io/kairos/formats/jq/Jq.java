package io.kairos.formats.jq;

import io.kairos.base.InvalidConfig;
import java.util.HashMap;
import java.util.List;

/**
 * A parsed query. It knows the part of jq that people ask documents with: paths, slices, iteration,
 * {@code select}, pipes, alternatives, comparison, arithmetic, construction, {@code if}, variables
 * and some sixty functions; no assignments, no definitions. Immutable.
 *
 * <p>Beyond jq, a name may hold dashes without quotes: {@code .k3s-agent.enabled}. To subtract,
 * write blanks around the dash.
 */
public final class Jq {
  private final Filter filter;

  private Jq(Filter filter) {
    this.filter = filter;
  }

  /**
   * @throws InvalidConfig when the text is no query, or asks for a function that is not there
   */
  public static Jq parse(String query) {
    return new Jq(new QueryParser(query).parse());
  }

  /**
   * What {@code COMMAND get QUERY} asks: the query stands behind a dot of its own, unless it brings
   * one. Nothing asks for everything.
   */
  public static Jq ofPath(String query) {
    String path = query.strip();
    return parse(path.startsWith(".") ? path : "." + path);
  }

  /**
   * All results, in order.
   *
   * @param document {@code null}, booleans, {@link Number}s, texts, lists and maps with texts as
   *     keys; a {@link java.util.function.Supplier} stands for a value that is computed when asked
   *     for
   * @throws InvalidConfig when a step meets a value that it cannot work on
   */
  public List<Object> run(Object document) {
    return new QueryEvaluator().run(filter, QueryValues.of(document), new HashMap<>());
  }
}
