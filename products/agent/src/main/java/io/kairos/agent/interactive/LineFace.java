package io.kairos.agent.interactive;

import io.kairos.agent.frontend.InstallEvent;
import io.kairos.agent.frontend.InstallMilestone;
import io.kairos.agent.interactive.View.Row;
import io.kairos.agent.interactive.View.Typing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Pages on a terminal that can only print: each is printed, and answered by a line. {@code b} goes
 * back, {@code q} quits, a number is an item.
 */
final class LineFace implements Face {
  private final BufferedReader in;
  private final PrintStream out;
  private final Optional<Teletype> teletype;
  private final Deque<Key> pending = new ArrayDeque<>();
  private Typing typing = Typing.ENTER;

  LineFace(String title, InputStream in, PrintStream out, Optional<Teletype> teletype) {
    this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.out = out;
    this.teletype = teletype;
    out.println(title);
  }

  @Override
  public void draw(View view) {
    typing = view.typing();
    if (!pending.isEmpty()) {
      return; // an answer of several keys is on its way: nobody sees the page between them
    }
    if (typing == Typing.SECRET) { // before anybody is asked for it
      teletype.ifPresent(tty -> tty.takeLines(false));
    }
    out.println();
    for (Row row : view.rows()) {
      String mark = row.tone() == View.Tone.MARKED ? "> " : "  ";
      out.println(row.item() > 0 ? mark + row.item() + ") " + row.text() : row.text());
    }
    out.println(
        switch (typing) {
          case NUMBER ->
              "Type a number, b to go back, or q to quit"
                  + (view.hint().isEmpty() ? "" : "; " + view.hint());
          case TEXT, SECRET -> "Type it and press Enter; a single < goes back.";
          case ENTER -> view.hint();
        });
    out.print("> ");
    out.flush();
  }

  private static Key item(String word) {
    return word.equals("b")
        ? Key.Named.BACK
        : word.matches("[0-9]{1,4}")
            ? new Key.Item(Integer.parseInt(word) - 1)
            : new Key.Sign(word.codePointAt(0));
  }

  /** Its news alone: what is printed stays. */
  @Override
  public void heard(InstallEvent event, View view) {
    out.println(
        switch (event) {
          case InstallEvent.Reached(var step) ->
              "[" + step.number() + "/" + InstallMilestone.count() + "] " + step.title();
          case InstallEvent.Failed(var message) -> "error: " + message;
          case InstallEvent.Line(var text) -> text;
        });
    out.flush();
  }

  @Override
  public Optional<Key> read() throws IOException {
    if (!pending.isEmpty()) {
      return Optional.of(pending.removeFirst());
    }
    boolean isSecret = typing == Typing.SECRET;
    String line = in.readLine();
    if (isSecret) {
      teletype.ifPresent(tty -> tty.takeLines(true));
      out.println();
    }
    if (line == null) {
      return Optional.empty();
    }
    pending.addAll(keys(line, typing));
    return Optional.of(pending.removeFirst());
  }

  /** What a line means; never nothing. */
  static List<Key> keys(String line, Typing typing) {
    String word = line.strip();
    return switch (typing) {
      case TEXT, SECRET ->
          word.equals("<")
              ? List.of(Key.Named.BACK)
              : word.isEmpty()
                  ? List.of(Key.Named.ENTER)
                  : List.of(new Key.Text(typing == Typing.TEXT ? word : line), Key.Named.ENTER);
      // nobody sees which item is marked, so an empty line must not choose it
      case NUMBER -> List.of(word.isEmpty() ? new Key.Text("") : item(word));
      case ENTER -> List.of(word.isEmpty() ? Key.Named.ENTER : item(word));
    };
  }

  /** Whole lines are not typed by accident. */
  @Override
  public void forget() {}

  @Override
  public void close() {
    out.println(); // behind the last prompt
    teletype.ifPresent(Teletype::close);
  }
}
