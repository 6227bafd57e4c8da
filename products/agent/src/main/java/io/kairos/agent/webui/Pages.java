package io.kairos.agent.webui;

import io.kairos.agent.webui.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** The files that anybody may see: pages, style, scripts. */
final class Pages {
  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "progress.html", "text/html; charset=utf-8",
          "message.html", "text/html; charset=utf-8",
          "favicon.ico", "image/x-icon",
          "style.css", "text/css; charset=utf-8",
          "session.js", "text/javascript; charset=utf-8",
          "install.js", "text/javascript; charset=utf-8",
          "progress.js", "text/javascript; charset=utf-8");

  /** How serious a message is; the word is the page's class. */
  enum Gravity {
    INFO("info"),
    DANGER("danger");

    private final String word;

    Gravity(String word) {
      this.word = word;
    }
  }

  private Pages() {}

  /**
   * @param path of the request; a slash alone is the first page
   */
  static Optional<HttpResponse> at(String path) {
    String name = path.equals("/") ? "index.html" : path.substring(1);
    return switch (name) {
      case "message.html" -> Optional.of(message(Gravity.INFO, "Nothing to say."));
      default ->
          Optional.ofNullable(TYPES.get(name)).map(type -> HttpResponse.of(200, type, read(name)));
    };
  }

  static HttpResponse message(Gravity gravity, String text) {
    String page =
        new String(read("message.html"), StandardCharsets.UTF_8)
            .replace("{{type}}", gravity.word)
            .replace("{{message}}", AnsiHtml.escaped(text));
    return HttpResponse.of(200, TYPES.get("message.html"), page);
  }

  private static byte[] read(String name) {
    try (InputStream in = Pages.class.getResourceAsStream("pages/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
