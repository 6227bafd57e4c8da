package io.kairos.agent.webui.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/** How an HTTP connection becomes a WebSocket (RFC 6455, 4.2). */
final class Handshake {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private Handshake() {}

  /** The answer after which frames follow, or one that says why they do not. */
  static HttpResponse answer(HttpRequest request) {
    if (!says(request, "upgrade", "websocket") || !says(request, "connection", "upgrade")) {
      return HttpResponse.text(426, "this address speaks WebSocket")
          .with("Upgrade", "websocket")
          .with("Sec-WebSocket-Version", "13");
    }
    if (!request.header("sec-websocket-version").orElse("").equals("13")) {
      return HttpResponse.text(426, "only version 13 of WebSocket is spoken here")
          .with("Sec-WebSocket-Version", "13");
    }
    String key = request.header("sec-websocket-key").orElse("");
    if (!key.matches("[A-Za-z0-9+/]{22}==")) {
      return HttpResponse.text(400, "Sec-WebSocket-Key is not one");
    }
    return new HttpResponse(
        101,
        Map.of("Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Accept", sign(key)),
        new byte[0]);
  }

  private static boolean says(HttpRequest request, String header, String word) {
    return Arrays.stream(request.header(header).orElse("").split(","))
        .anyMatch(item -> item.strip().equalsIgnoreCase(word));
  }

  /** SHA-1, as the protocol wants it; it protects nothing. */
  static String sign(String key) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
