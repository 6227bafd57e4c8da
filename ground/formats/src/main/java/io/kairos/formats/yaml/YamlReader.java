package io.kairos.formats.yaml;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Builds the node tree from SnakeYAML's events. One use. */
final class YamlReader {
  /** Far beyond what people write; protects the stack. */
  private static final int DEEPEST = 200;

  /** Nodes that aliases may add; protects the memory. */
  private static final int MOST_ALIASED = 100_000;

  /** Far beyond what people write; a second of work. */
  private static final int LONGEST = 4 << 20;

  /** Values of a document, those of aliases among them; protects the memory. */
  private static final int MOST_NODES = 250_000;

  private static final int SMALLEST_BUFFER = 1024;

  private static final String TAG = "tag:yaml.org,2002:";

  private final String source;
  private final Map<String, YamlNode> anchors = new HashMap<>();
  private final Map<String, Integer> weights = new HashMap<>();
  private final Set<String> open = new HashSet<>();
  private Iterator<Event> events;
  private int nodes;
  private int aliased;

  YamlReader(String source) {
    this.source = source;
  }

  YamlNode read(String text) {
    if (text.length() > LONGEST) {
      throw new InvalidConfig(
          Problem.at(Position.ofSource(source), "longer than " + LONGEST + " characters")
              .withRemedy("let the file be downloaded instead of written into the config"));
    }
    String withoutMark = text.startsWith("\uFEFF") ? text.substring(1) : text;
    var settings =
        LoadSettings.builder()
            .setLabel(source)
            .setCodePointLimit(LONGEST)
            // all at once: a scalar longer than the buffer would be copied at each further piece
            .setBufferSize(Math.max(SMALLEST_BUFFER, withoutMark.length() + 1))
            .build();
    try {
      events = new Parse(settings).parseString(withoutMark).iterator();
      while (events.hasNext()) {
        if (events.next() instanceof DocumentStartEvent) {
          return node(events.next(), 0);
        }
      }
      return YamlScalar.plain("", new Position(source, 1, 1));
    } catch (MarkedYamlEngineException e) {
      Position where =
          e.getProblemMark().map(this::position).orElseGet(() -> Position.ofSource(source));
      throw new InvalidConfig(explained(e, where));
    } catch (YamlEngineException e) {
      throw new InvalidConfig(
          Problem.at(controlCharacter(withoutMark), "not valid YAML: " + e.getMessage()));
    }
  }

  private Problem explained(MarkedYamlEngineException e, Position where) {
    String what = e.getProblem() == null ? "" : e.getProblem();
    if (what.contains("TAB")) {
      return Problem.at(where, "not valid YAML: a tab where only spaces may stand")
          .withRemedy("indent with spaces");
    }
    String context = e.getContext() == null ? "" : e.getContext() + ": ";
    var problem = Problem.at(where, "not valid YAML: " + context + what);
    if (context.contains("quoted scalar") && what.contains("end of stream")) {
      return e.getContextMark()
          .map(mark -> Problem.at(position(mark), "not valid YAML: this quote is never closed"))
          .orElse(problem);
    }
    return what.contains("mapping values are not allowed")
            || what.contains("expected <block end>")
            || what.contains("could not find expected ':'")
        ? problem.withRemedy(
            "check how this line and the one before are indented, and that texts with ': ' are"
                + " quoted")
        : problem;
  }

  /** Where the first character stands that YAML does not allow; the reader does not tell. */
  private Position controlCharacter(String text) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F || c == 0xFFFE) {
        return new Position(source, line, column);
      }
      line += c == '\n' ? 1 : 0;
      column = c == '\n' ? 1 : column + 1;
    }
    return Position.ofSource(source);
  }

  private YamlNode node(Event event, int depth) {
    Position at =
        event.getStartMark().map(this::position).orElseGet(() -> Position.ofSource(source));
    if (depth > DEEPEST) {
      throw invalid(at, "nested deeper than " + DEEPEST + " levels");
    }
    if (event instanceof AliasEvent alias) {
      return aliased(alias.getAlias().getValue(), at);
    }
    Optional<String> anchor =
        event instanceof NodeEvent node
            ? node.getAnchor().map(a -> a.getValue())
            : Optional.empty();
    anchor.ifPresent(open::add);
    int before = nodes++;
    if (nodes > MOST_NODES) {
      throw invalid(at, "it has more than " + MOST_NODES + " values");
    }
    YamlNode node =
        switch (event.getEventId()) {
          case Scalar -> scalar((ScalarEvent) event, at);
          case SequenceStart -> sequence(at, depth);
          case MappingStart -> mapping(at, depth);
          default -> throw invalid(at, "not valid YAML");
        };
    if (anchor.isPresent()) {
      open.remove(anchor.get());
      anchors.put(anchor.get(), node);
      weights.put(anchor.get(), nodes - before);
    }
    return node;
  }

  private YamlNode aliased(String name, Position at) {
    if (open.contains(name)) {
      throw invalid(at, "the anchor '" + name + "' contains itself");
    }
    YamlNode node = anchors.get(name);
    if (node == null) {
      throw invalid(at, "unknown anchor '" + name + "'");
    }
    int weight = weights.get(name);
    nodes += weight;
    aliased += weight;
    if (aliased > MOST_ALIASED) {
      throw invalid(at, "its aliases stand for more than " + MOST_ALIASED + " values");
    }
    return node;
  }

  private YamlList sequence(Position at, int depth) {
    List<YamlNode> items = new ArrayList<>();
    for (Event next = events.next(); !(next instanceof SequenceEndEvent); next = events.next()) {
      items.add(node(next, depth + 1));
    }
    return new YamlList(items, at);
  }

  private YamlMap mapping(Position at, int depth) {
    Map<String, YamlMap.Entry> own = new LinkedHashMap<>();
    List<YamlMap> merged = new ArrayList<>();
    for (Event next = events.next(); !(next instanceof MappingEndEvent); next = events.next()) {
      boolean merges =
          next instanceof ScalarEvent key && key.isPlain() && key.getValue().equals("<<");
      YamlNode key = node(next, depth + 1);
      if (!(key instanceof YamlScalar name)) {
        throw invalid(key.position(), "a key must be a text, not " + key.described());
      }
      YamlNode value = node(events.next(), depth + 1);
      if (merges) {
        merged.addAll(mergedMaps(value));
        continue;
      }
      var first =
          own.putIfAbsent(name.text(), new YamlMap.Entry(name.text(), name.position(), value));
      if (first != null) {
        throw new InvalidConfig(
            Problem.at(
                    name.position(),
                    "'"
                        + name.text()
                        + "' stands here twice, first on line "
                        + first.keyPosition().line())
                .withRemedy("keep one of them"));
      }
    }
    for (YamlMap map : merged) { // the earlier map wins, and the mapping's own keys win over all
      map.entries().forEach(entry -> own.putIfAbsent(entry.key(), entry));
    }
    return new YamlMap(own.values(), at);
  }

  private List<YamlMap> mergedMaps(YamlNode value) {
    if (value instanceof YamlMap map) {
      return List.of(map);
    }
    List<YamlMap> maps = new ArrayList<>();
    if (value instanceof YamlList list) {
      for (YamlNode item : list.items()) {
        if (item instanceof YamlMap map) {
          maps.add(map);
        }
      }
      if (maps.size() == list.items().size()) {
        return maps;
      }
    }
    throw invalid(
        value.position(), "'<<' merges a map or a list of maps, not " + value.described());
  }

  private YamlScalar scalar(ScalarEvent event, Position at) {
    String text = event.getValue();
    String tag = event.getTag().orElse("");
    if (tag.startsWith(TAG)) {
      return switch (tag.substring(TAG.length())) {
        case "str" -> YamlScalar.text(text, at);
        case "null" -> new YamlScalar(text, YamlScalar.Kind.NULL, at);
        case "binary" -> YamlScalar.text(binary(text, at), at);
        default -> YamlScalar.plain(text, at);
      };
    }
    return event.isPlain() ? YamlScalar.plain(text, at) : YamlScalar.text(text, at);
  }

  private String binary(String text, Position at) {
    try {
      return new String(Base64.getMimeDecoder().decode(text), StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException e) {
      throw invalid(at, "not valid base64: " + e.getMessage());
    }
  }

  private Position position(Mark mark) {
    return new Position(source, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private static InvalidConfig invalid(Position at, String what) {
    return new InvalidConfig(Problem.at(at, what));
  }
}
