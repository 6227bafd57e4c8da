package io.kairos.config;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.formats.cmdline.ShellWords;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the kernel command line says about the configuration. Two families: tokens of our own
 * ({@code kairos.config=KEY=VALUE}, {@code kairos.config_url=URL}, {@code cos.setup=…}) may set
 * anything; any other {@code KEY=VALUE} counts where it names a key of the agent. A token that
 * makes no sense is a warning and spoils no other.
 *
 * @param config values have the kind that the key wants
 */
public record CommandLineConfig(YamlMap config, List<Problem> warnings) {
  private static final Position CMDLINE = Position.ofSource("cmdline");
  private static final String CONFIG = "kairos.config=";
  private static final String CONFIG_URL = "kairos.config_url=";
  private static final String SETUP = "cos.setup=";

  /** Of a line, in characters: far beyond what kernels take; protects the memory. */
  private static final int LONGEST = 256 << 10;

  /** Keys that a generic token may set; users, stages and providers need a token of our own. */
  private static final Set<String> GENERIC =
      Set.of(
          "install",
          "config_url",
          "options",
          "fail_on_bundles_errors",
          "bundles",
          "grub_options",
          "env",
          "debug",
          "strict",
          "cloud-init-paths",
          "eject-cd",
          "cosign",
          "verify",
          "cosign-key",
          "arch",
          "squash-compression",
          "squash-no-compression",
          "uki-max-entries",
          "bind-pcrs",
          "bind-public-pcrs",
          "logs");

  public CommandLineConfig {
    warnings = List.copyOf(warnings);
  }

  public static CommandLineConfig parse(String cmdline) {
    List<Problem> warnings = new ArrayList<>();
    var own = new DottedTree(CMDLINE);
    var generic = new DottedTree(CMDLINE);
    for (String token : split(cmdline, CMDLINE, warnings)) {
      try {
        if (isOurs(token)) {
          putOurs(own, token);
        } else if (GENERIC.contains(head(token))) {
          putGeneric(generic, token);
        }
      } catch (IllegalArgumentException e) {
        warnings.add(Problem.at(CMDLINE, "ignored the token '" + token + "': " + e.getMessage()));
      }
    }
    YamlMap merged = merged((YamlMap) generic.tree(), (YamlMap) own.tree(), warnings);
    YamlMap config = merged.isEmpty() ? merged : coerced(merged, Kinds.AT_TOP, "");
    return new CommandLineConfig(config, warnings);
  }

  /** Our own tokens win, also where the others made something else of a key. */
  private static YamlMap merged(YamlMap generic, YamlMap own, List<Problem> warnings) {
    YamlMap merged = generic;
    for (YamlMap.Entry entry : own.entries()) {
      try {
        merged = Merge.convertingMaps(merged, YamlMap.empty(CMDLINE).with(entry));
      } catch (InvalidConfig kinds) {
        warnings.addAll(kinds.problems());
        merged = merged.with(entry);
      }
    }
    return merged;
  }

  /** The last config URL that a token of our own names: where stages look too. */
  public static Optional<String> configUrl(String cmdline) {
    Optional<String> url = Optional.empty();
    for (String token : split(cmdline, CMDLINE, new ArrayList<>())) {
      String payload =
          token.startsWith(CONFIG_URL)
              ? token.substring(CONFIG_URL.length())
              : token.startsWith(SETUP) && !token.substring(SETUP.length()).contains("=")
                  ? token.substring(SETUP.length())
                  : token.startsWith(CONFIG + "config_url=")
                      ? token.substring((CONFIG + "config_url=").length())
                      : "";
      if (!trimmed(payload).isEmpty()) {
        url = Optional.of(trimmed(payload));
      }
    }
    return url;
  }

  /**
   * The tokens that are not ours as a document of stages: {@code stages.boot[0].commands[0]=…}.
   * Empty when no token speaks of stages.
   */
  public static CommandLineConfig stages(String cmdline) {
    List<Problem> warnings = new ArrayList<>();
    var tree = new DottedTree(CMDLINE);
    for (String token : split(cmdline, CMDLINE, warnings)) {
      if (!isOurs(token) && head(token).equals("stages")) {
        try {
          putGeneric(tree, token);
        } catch (IllegalArgumentException e) {
          warnings.add(Problem.at(CMDLINE, "ignored the token '" + token + "': " + e.getMessage()));
        }
      }
    }
    return new CommandLineConfig((YamlMap) tree.tree(), warnings);
  }

  /**
   * A whole document in the notation of a command line, every token of it: {@code KEY=VALUE} with
   * the keys of {@link #stages}; a bare key is true. A token that makes no sense is a warning.
   *
   * @param source what problems call the text
   */
  public static CommandLineConfig dotted(String text, String source) {
    Position position = Position.ofSource(source);
    List<Problem> warnings = new ArrayList<>();
    var tree = new DottedTree(position);
    for (String token : split(text, position, warnings)) {
      int equals = token.indexOf('=');
      String key = trimmed(equals < 0 ? token : token.substring(0, equals));
      String value = equals < 0 ? "true" : trimmed(token.substring(equals + 1));
      try {
        tree.put(key, plain(value));
      } catch (IllegalArgumentException e) {
        warnings.add(Problem.at(position, "ignored the token '" + token + "': " + e.getMessage()));
      }
    }
    return new CommandLineConfig((YamlMap) tree.tree(), warnings);
  }

  private static List<String> split(String line, Position position, List<Problem> warnings) {
    if (line.length() > LONGEST) {
      warnings.add(Problem.at(position, "ignored: it is longer than " + LONGEST + " characters"));
      return List.of();
    }
    var words = ShellWords.split(line);
    if (!words.isComplete()) {
      warnings.add(Problem.at(position, "a quote is never closed"));
    }
    return words.words();
  }

  private static boolean isOurs(String token) {
    return token.startsWith(CONFIG) || token.startsWith(CONFIG_URL) || token.startsWith(SETUP);
  }

  private static String head(String token) {
    int end = 0;
    while (end < token.length() && ".[=".indexOf(token.charAt(end)) < 0) {
      end++;
    }
    return token.substring(0, end);
  }

  private static void putOurs(DottedTree tree, String token) {
    if (token.startsWith(CONFIG_URL)) {
      putUrl(tree, token.substring(CONFIG_URL.length()));
      return;
    }
    boolean isSetup = token.startsWith(SETUP);
    String payload = token.substring(isSetup ? SETUP.length() : CONFIG.length());
    if (isSetup && !payload.contains("=")) {
      putUrl(tree, payload);
      return;
    }
    int equals = payload.indexOf('=');
    String key = trimmed(equals < 0 ? payload : payload.substring(0, equals));
    if (!key.isEmpty()) {
      String value = equals < 0 ? "true" : trimmed(payload.substring(equals + 1));
      tree.put(key, plain(value));
    }
  }

  private static void putUrl(DottedTree tree, String url) {
    if (!trimmed(url).isEmpty()) {
      tree.put("config_url", YamlScalar.text(trimmed(url), CMDLINE));
    }
  }

  private static void putGeneric(DottedTree tree, String token) {
    int equals = token.indexOf('=');
    String value = equals < 0 ? "true" : token.substring(equals + 1);
    boolean isFlag = value.equals("true") || value.equals("false");
    tree.put(
        equals < 0 ? token : token.substring(0, equals),
        isFlag ? YamlScalar.plain(value, CMDLINE) : YamlScalar.text(value, CMDLINE));
  }

  /** A value reads like a YAML scalar, but nothing and {@code null} are texts. */
  private static YamlScalar plain(String value) {
    YamlScalar scalar = YamlScalar.plain(value, CMDLINE);
    return scalar.isNull() ? YamlScalar.text(value, CMDLINE) : scalar;
  }

  private static String trimmed(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && text.charAt(start) == '"') {
      start++;
    }
    while (end > start && text.charAt(end - 1) == '"') {
      end--;
    }
    return text.substring(start, end);
  }

  /** Gives each scalar the kind that its setting wants, where its spelling allows. */
  private static YamlMap coerced(YamlMap map, Map<String, Setting.Kind> kinds, String path) {
    List<YamlMap.Entry> entries = new ArrayList<>();
    for (YamlMap.Entry entry : map.entries()) {
      String inner = path.isEmpty() ? entry.key() : path + "." + entry.key();
      entries.add(
          new YamlMap.Entry(
              entry.key(), entry.keyPosition(), coerced(entry.value(), kinds, inner)));
    }
    return new YamlMap(entries, map.position());
  }

  private static YamlNode coerced(YamlNode node, Map<String, Setting.Kind> kinds, String path) {
    return switch (node) {
      case YamlMap map -> coerced(map, kinds, path);
      case YamlList list ->
          new YamlList(
              list.items().stream().map(item -> coerced(item, kinds, path + "[]")).toList(),
              list.position());
      case YamlScalar scalar -> coerced(scalar, kinds.get(path));
    };
  }

  private static YamlScalar coerced(YamlScalar scalar, Setting.Kind wanted) {
    if (scalar.isNull() || wanted == null) {
      return scalar;
    }
    YamlScalar plain = YamlScalar.plain(scalar.text(), scalar.position());
    return switch (wanted) {
      case FLAG, NUMBER -> plain.isNull() ? scalar : plain;
      case TEXT, TEXTS, TEXT_MAP -> YamlScalar.text(scalar.text(), scalar.position());
      default -> scalar;
    };
  }

  /** The kinds of all settings by their path; only built when a command line sets something. */
  private static final class Kinds {
    static final Map<String, Setting.Kind> AT_TOP = new HashMap<>();

    static {
      collect("", Setting.declaredBy(AgentConfig::read));
    }

    private static void collect(String prefix, List<Setting> settings) {
      for (Setting setting : settings) {
        String path = prefix + setting.key();
        AT_TOP.put(path, setting.kind());
        AT_TOP.put(path + "[]", setting.kind());
        collect(path + (setting.kind() == Setting.Kind.SECTIONS ? "[]." : "."), setting.children());
      }
    }
  }
}
