package io.kairos.kubernetes;

import io.kairos.formats.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@link ApiProxy} does to a request. */
public sealed interface Fault {
  /**
   * The server does not hear of the request; the client gets this answer.
   *
   * @param status of HTTP
   * @param reason as in {@code metav1.StatusReason}
   */
  record Answer(int status, String reason) implements Fault {
    /** With the reason that API servers usually give for a status. */
    public static Answer of(int status) {
      return new Answer(
          status,
          switch (status) {
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "NotFound";
            case 409 -> "Conflict";
            case 410 -> "Expired";
            case 429 -> "TooManyRequests";
            case 503 -> "ServiceUnavailable";
            case 504 -> "Timeout";
            default -> "InternalError";
          });
    }

    /** A {@code Status} object, as API servers answer. */
    byte[] render() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("kind", "Status");
      body.put("apiVersion", "v1");
      body.put("status", "Failure");
      body.put("message", "a fault that a test wanted");
      body.put("reason", reason);
      body.put("code", status);
      String json = Json.write(body);
      return ("HTTP/1.1 " + status + " " + reason + "\r\n")
          .concat("Content-Type: application/json\r\n")
          .concat("Content-Length: " + json.length() + "\r\n")
          .concat(status == 429 ? "Retry-After: 1\r\n" : "")
          .concat("Connection: close\r\n\r\n")
          .concat(json)
          .getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** The server hears of it later. */
  record Delay(Duration by) implements Fault {}

  /** The connection ends before the server hears of it. */
  record Drop() implements Fault {}

  /** The server does it, and the connection ends before the client knows. */
  record LoseAnswer() implements Fault {}
}
