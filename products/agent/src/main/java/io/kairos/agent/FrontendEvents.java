package io.kairos.agent;

import io.kairos.formats.json.Json;
import io.kairos.plan.Progress;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Progress for installers with a face: one JSON object a line on standard output, {@code
 * {"event":"step","step":"active"}} or {@code {"event":"error","message":"…"}}.
 */
public final class FrontendEvents implements Progress {
  /** A front end asks for the events by setting it to anything. */
  public static final String VARIABLE = "KAIROS_AGENT_PROGRESS";

  private final PrintStream out;

  public FrontendEvents(PrintStream out) {
    this.out = out;
  }

  @Override
  public void on(Event event) {
    if (event instanceof Event.Started started) {
      started.milestone().ifPresent(this::step);
    }
  }

  public void done() {
    step("done");
  }

  public void error(String message) {
    print("error", "message", message);
  }

  private void step(String name) {
    print("step", "step", name);
  }

  private void print(String event, String key, String value) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("event", event);
    line.put(key, value);
    out.println(Json.write(line));
    out.flush();
  }
}
