package io.kairos.agent.logs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of documents, by the names of values ({@code secrets.conf}), and out of texts,
 * by the forms in which programs write them. It knows no secret that is called by no such name.
 */
final class SecretMask {
  static final String MASKED = "********";

  private static final String NAME =
      "[\\w.-]{0,40}(?:passwo?r?d|passphrase|token|secret|credential|api[_-]?key|private[_-]?key)"
          + "[\\w.-]{0,40}";

  /** Each with the part that stays in front, and one that is left out. */
  private static final List<Pattern> FORMS =
      List.of(
          // NAME=value, also in addresses and on command lines
          Pattern.compile("(?i)(\\b" + NAME + "=)(\"[^\"\\n]*\"|'[^'\\n]*'|[^\\s&,;\"']+)"),
          // "name": "value"
          Pattern.compile(
              "(?i)(\"" + NAME + "\"\\s{0,8}:\\s{0,8})(\"(?:[^\"\\\\\\n]{1,400}|\\\\.){0,50}\")"),
          // name: value, on a line of its own
          Pattern.compile("(?im)(^[ \\t]{0,80}(?:- )?" + NAME + ":[ \\t]{1,8})(\\S[^\\n]*)$"),
          // --name value
          Pattern.compile("(?i)(--" + NAME + "[ \\t]{1,8})([^\\s-]\\S*)"),
          // Authorization: Bearer value
          Pattern.compile("(?i)(\\bauthorization[\"']?\\s{0,8}[:=]\\s{0,8}[\"']?\\w{1,16} )(\\S+)"),
          // scheme://user:value@host
          Pattern.compile("(\\b\\w{1,20}://[^/\\s:@]{0,200}:)([^@/\\s]{1,400})(?=@)"));

  /** A private key, over several lines. */
  private static final Pattern PEM =
      Pattern.compile("(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)([^-]{1,20000})(?=-----END|$)");

  /** Every form has one of these in its line. */
  private static final Pattern HINT =
      Pattern.compile("(?i)passw|passphrase|token|secret|credential|key|authorization|://");

  private final List<Pattern> secret;
  private final List<Pattern> open;

  private SecretMask(Sections names) {
    secret = names.list("secret").stream().map(Pattern::compile).toList();
    open = names.list("public").stream().map(Pattern::compile).toList();
  }

  static SecretMask usual() {
    return new SecretMask(Sections.read("secrets.conf"));
  }

  /** The same tree of maps, lists and scalars, without what is secret. */
  Object tree(Object node) {
    return switch (node) {
      case Map<?, ?> map -> {
        Map<String, Object> masked = new LinkedHashMap<>();
        map.forEach(
            (key, value) -> {
              String name = String.valueOf(key);
              masked.put(name, isSecret(name) ? hidden(value) : tree(value));
            });
        yield masked;
      }
      case List<?> list -> {
        List<Object> masked = new ArrayList<>();
        list.forEach(value -> masked.add(tree(value)));
        yield masked;
      }
      case String text -> text(text);
      case null -> null;
      default -> node;
    };
  }

  private boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return secret.stream().anyMatch(pattern -> pattern.matcher(lower).matches())
        && open.stream().noneMatch(pattern -> pattern.matcher(lower).matches());
  }

  /** How many there are may be seen, and which are empty. */
  private static Object hidden(Object node) {
    return switch (node) {
      case Map<?, ?> map -> {
        Map<String, Object> masked = new LinkedHashMap<>();
        map.forEach((key, value) -> masked.put(String.valueOf(key), hidden(value)));
        yield masked;
      }
      case List<?> list -> {
        List<Object> masked = new ArrayList<>();
        list.forEach(value -> masked.add(hidden(value)));
        yield masked;
      }
      case null -> null;
      default -> node.toString().isEmpty() ? "" : MASKED;
    };
  }

  /** Only lines that could hold one are looked at closely: logs are long. */
  String text(String text) {
    String source = PEM.matcher(text).replaceAll("$1" + MASKED);
    var masked = new StringBuilder(source.length());
    Matcher hint = HINT.matcher(source);
    int done = 0;
    while (hint.find(done)) {
      int start = source.lastIndexOf('\n', hint.start()) + 1;
      int end = source.indexOf('\n', hint.end());
      end = end < 0 ? source.length() : end;
      masked.append(source, done, start).append(line(source.substring(start, end)));
      done = end;
    }
    return masked.append(source, done, source.length()).toString();
  }

  private static String line(String line) {
    String masked = line;
    for (Pattern form : FORMS) {
      masked = form.matcher(masked).replaceAll("$1" + MASKED);
    }
    return masked;
  }
}
