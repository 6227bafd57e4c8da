package io.kairos.agent.interactive;

import io.kairos.agent.interactive.View.Row;
import io.kairos.agent.interactive.View.Tone;
import java.util.ArrayList;
import java.util.List;

/**
 * A page as the octets that draw it on a terminal which understands what VT100 did. Pure.
 *
 * @param title above every page
 */
record ScreenLayout(String title, Look look) {
  private static final String CSI = "\u001b[";
  private static final String RESET = CSI + "0m";
  private static final String HOME = CSI + "H";
  private static final String CLEAR_LINE = CSI + "K";
  private static final String CLEAR_BELOW = CSI + "J";

  static final String HIDE_CURSOR = CSI + "?25l";

  /** What a terminal is told before it is left alone. */
  static final String FAREWELL = RESET + HOME + CLEAR_BELOW + CSI + "?25h";

  /** The whole screen. Of a page that does not fit, the part around its focus. */
  String rendered(View view, Teletype.Size size) {
    List<Row> lines = new ArrayList<>();
    title.lines().forEach(line -> lines.add(new Row(line, Tone.HEADING, 0)));
    lines.add(new Row(look.rule().repeat(Math.max(1, size.width() - 1)), Tone.SOFT, 0));
    int room = Math.max(1, size.height() - lines.size() - 2);
    int top = Math.clamp(view.focus() - room / 2, 0, Math.max(0, view.rows().size() - room));
    lines.addAll(view.rows().subList(top, Math.min(view.rows().size(), top + room)));
    var screen = new StringBuilder(HOME);
    for (Row line : lines) {
      draw(screen, pointed(line), line.tone(), size.width());
      screen.append("\r\n");
    }
    screen.append(style(Tone.PLAIN)).append(CLEAR_BELOW).append("\r\n");
    draw(screen, hint(view), Tone.SOFT, size.width());
    return screen.append(RESET).toString();
  }

  private static String hint(View view) {
    boolean hasBoth = !view.hint().isEmpty() && !view.arrows().isEmpty();
    return view.hint() + (hasBoth ? ", " : "") + view.arrows();
  }

  /** Colours may not be seen by everybody. */
  private static String pointed(Row line) {
    return line.tone() == Tone.MARKED
        ? "> " + line.text()
        : line.item() > 0 ? "  " + line.text() : line.text();
  }

  private void draw(StringBuilder screen, String text, Tone tone, int width) {
    screen
        .append(style(tone))
        .append(text.length() < width ? text : text.substring(0, Math.max(0, width - 2)) + "~")
        .append(style(Tone.PLAIN))
        .append(CLEAR_LINE);
  }

  private String style(Tone tone) {
    var style = new StringBuilder(CSI).append('0');
    for (String part : List.of(look.page(), look.styles().get(tone))) {
      if (!part.isEmpty()) {
        style.append(';').append(part);
      }
    }
    return style.append('m').toString();
  }
}
