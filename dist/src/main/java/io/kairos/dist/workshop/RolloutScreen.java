package io.kairos.dist.workshop;

import io.kairos.operator.rollout.RolloutListener;
import io.kairos.operator.rollout.RolloutReport;
import io.kairos.operator.rollout.RolloutReport.Part;
import io.kairos.operator.rollout.RolloutReport.Stage;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * For people at a terminal: one picture that is drawn over and over (ECMA-48 control functions).
 * Lines that are longer than the terminal are cut there by itself; the last picture is whole.
 */
final class RolloutScreen implements RolloutListener {
  /** Fits 24 rows with the lines above and below. */
  private static final int PARTS = 18;

  private static final String CLEAR_BELOW = "\033[J";
  private static final String CUT_LINES = "\033[?7l";
  private static final String WRAP_LINES = "\033[?7h";

  private final PrintStream out;
  private int drawn;
  private String trouble = "";

  RolloutScreen(PrintStream out) {
    this.out = out;
  }

  @Override
  public void changed(RolloutReport now, Optional<Duration> left) {
    if (now.isFinished()) {
      finish(now);
    } else {
      draw(picture(now, left));
    }
  }

  @Override
  public void passed(RolloutReport now, Optional<Duration> left) {
    draw(picture(now, left));
  }

  @Override
  public void lost(String why) {
    trouble = RolloutText.lost(why);
    draw(List.of(trouble));
  }

  @Override
  public void regained() {
    trouble = "";
  }

  /** Those at work first, then failures, then the rest. */
  private List<String> picture(RolloutReport now, Optional<Duration> left) {
    var lines = new ArrayList<String>();
    lines.add(RolloutText.title(now) + "  " + RolloutText.summary(now, left));
    List<Part> parts = now.parts();
    if (parts.size() > PARTS) {
      parts =
          parts.stream()
              .sorted(Comparator.comparingInt(part -> urgency(part.stage())))
              .limit(PARTS)
              .toList();
    }
    parts.forEach(part -> lines.add(mark(part.stage()) + RolloutText.line(part)));
    if (now.parts().size() > parts.size()) {
      lines.add("  and " + (now.parts().size() - parts.size()) + " more");
    }
    if (!trouble.isEmpty()) {
      lines.add(trouble);
    }
    return lines;
  }

  private static int urgency(Stage stage) {
    return switch (stage) {
      case WORKING -> 0;
      case FAILED -> 1;
      case WAITING -> 2;
      case DONE -> 3;
    };
  }

  private static String mark(Stage stage) {
    return switch (stage) {
      case WORKING -> "> ";
      case FAILED -> "! ";
      case WAITING -> "  ";
      case DONE -> "+ ";
    };
  }

  private void draw(List<String> lines) {
    out.print(over() + CUT_LINES + String.join(System.lineSeparator(), lines) + "\n" + WRAP_LINES);
    out.flush();
    drawn = lines.size();
  }

  private void finish(RolloutReport now) {
    out.print(over());
    drawn = 0;
    out.println(RolloutText.title(now) + "  " + RolloutText.summary(now, Optional.empty()));
    now.parts().stream()
        .filter(part -> part.stage() != Stage.FAILED) // told as a whole below
        .limit(PARTS)
        .forEach(part -> out.println(mark(part.stage()) + RolloutText.line(part)));
    RolloutText.closing(now).forEach(out::println);
  }

  /** To where the picture before began. */
  private String over() {
    return (drawn == 0 ? "" : "\033[" + drawn + "A\r") + CLEAR_BELOW;
  }
}
