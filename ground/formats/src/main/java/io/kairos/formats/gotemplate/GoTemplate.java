package io.kairos.formats.gotemplate;

import io.kairos.base.InvalidConfig;
import java.util.List;
import java.util.Map;

/**
 * A parsed template. Data are maps, lists, texts, booleans, {@link Long}s, {@link Double}s and
 * {@code null}; a {@link java.util.function.Supplier} stands for a value that is computed when
 * somebody asks for it. Immutable.
 */
public final class GoTemplate {
  /** What a key that a map does not have is worth. */
  public enum MissingKey {
    /** Prints {@code <no value>}. */
    NO_VALUE,
    /** Ends the rendering. */
    ERROR
  }

  private final List<Node> nodes;
  private final Map<String, List<Node>> definitions;

  private GoTemplate(List<Node> nodes, Map<String, List<Node>> definitions) {
    this.nodes = nodes;
    this.definitions = definitions;
  }

  /** Whether a text has a chance of being a template; saves the work when it has none. */
  public static boolean isTemplate(String text) {
    return text.contains("{{");
  }

  /**
   * @throws InvalidConfig "parse: …" when the text is no template
   */
  public static GoTemplate parse(String text) {
    var parser = new Parser(Lexer.tokens(text));
    List<Node> nodes = parser.template();
    return new GoTemplate(nodes, parser.definitions());
  }

  /**
   * @throws InvalidConfig "execute: …" when a function fails or a value has the wrong shape
   */
  public String render(Object data, MissingKey missing) {
    return new Evaluator(definitions, data, missing).render(nodes);
  }
}
