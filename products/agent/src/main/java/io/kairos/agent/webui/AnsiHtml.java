package io.kairos.agent.webui;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line of a terminal as HTML: its text escaped, its colours as spans, nothing else of it. */
final class AnsiHtml {
  /** ECMA-48: control sequences, operating system commands, and shorter escapes. */
  private static final Pattern ESCAPE =
      Pattern.compile(
          "\u001b\\[([0-9;:?<=>]*)[ -/]*([@-~])|\u001b\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)?"
              + "|\u001b[ -/]*[0-~]?");

  /** Foregrounds of "select graphic rendition", by their number. */
  private static final Map<Integer, String> PALETTE =
      Map.ofEntries(
          Map.entry(30, "#6272a4"),
          Map.entry(31, "#ff5555"),
          Map.entry(32, "#50fa7b"),
          Map.entry(33, "#f1fa8c"),
          Map.entry(34, "#bd93f9"),
          Map.entry(35, "#ff79c6"),
          Map.entry(36, "#8be9fd"),
          Map.entry(37, "#f8f8f2"),
          Map.entry(90, "#6272a4"),
          Map.entry(91, "#ff6e6e"),
          Map.entry(92, "#69ff94"),
          Map.entry(93, "#ffffa5"),
          Map.entry(94, "#d6acff"),
          Map.entry(95, "#ff92d0"),
          Map.entry(96, "#a4ffff"),
          Map.entry(97, "#ffffff"));

  private static final int RESET = 0;
  private static final int BOLD = 1;

  private AnsiHtml() {}

  /** Whole by itself: every span that begins in it ends in it. */
  static String of(String line) {
    var html = new StringBuilder();
    int open = 0;
    int done = 0;
    Matcher escape = ESCAPE.matcher(line);
    while (escape.find()) {
      html.append(escaped(line.substring(done, escape.start())));
      done = escape.end();
      if ("m".equals(escape.group(2))) {
        List<Integer> codes = codes(escape.group(1));
        if (codes.contains(RESET)) {
          html.append("</span>".repeat(open));
          open = 0;
        }
        String style = style(codes);
        if (!style.isEmpty()) {
          html.append("<span style=\"").append(style).append("\">");
          open++;
        }
      }
    }
    html.append(escaped(line.substring(done)));
    return html.append("</span>".repeat(open)).toString();
  }

  private static List<Integer> codes(String parameters) {
    List<Integer> codes = new ArrayList<>();
    for (String code : parameters.split("[;:]", -1)) {
      if (code.matches("[0-9]{0,4}")) {
        codes.add(code.isEmpty() ? RESET : Integer.parseInt(code));
      }
    }
    return codes;
  }

  private static String style(List<Integer> codes) {
    var style = new StringBuilder();
    if (codes.contains(BOLD)) {
      style.append("font-weight: bold; ");
    }
    codes.stream()
        .filter(PALETTE::containsKey)
        .reduce((one, later) -> later)
        .ifPresent(code -> style.append("color: ").append(PALETTE.get(code)).append("; "));
    return style.toString();
  }

  /** Text between tags (HTML, 13.1.2.4), without control characters but tabs. */
  static String escaped(String text) {
    var html = new StringBuilder();
    text.codePoints()
        .filter(sign -> sign == '\t' || !Character.isISOControl(sign))
        .forEach(
            sign -> {
              switch (sign) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                default -> html.appendCodePoint(sign);
              }
            });
    return html.toString();
  }
}
