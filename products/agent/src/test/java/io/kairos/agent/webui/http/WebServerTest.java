package io.kairos.agent.webui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WebServerTest {
  private WebServer server;

  private void serve(Duration deadline, int connections, WebServer.Handler handler) {
    server =
        WebServer.on(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new WebServer.Limits(1000, deadline, connections),
            handler);
    Thread.ofPlatform().daemon().start(server::serve);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.port());
  }

  private static String answer(Socket socket, String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  @Test
  void aRequestThatDoesNotComeToItsEndIsDropped() throws IOException {
    serve(Duration.ofMillis(100), 9, _ -> HttpResponse.text(200, "hello"));
    try (Socket socket = connect()) {
      assertThat(answer(socket, "GET / HTTP/1.1\r\nHost: h\r\n")).isEmpty();
    }
  }

  @Test
  void oneVisitorTooManyIsTurnedAwayUntilAnotherOneHasGone() throws IOException {
    serve(Duration.ofMinutes(1), 1, _ -> HttpResponse.text(200, "hello"));
    try (Socket first = connect()) {
      first.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      try (Socket second = connect()) {
        assertThat(answer(second, "")).startsWith("HTTP/1.1 503 ");
      }
      assertThat(answer(first, "Host: h\r\n\r\n")).startsWith("HTTP/1.1 200 OK\r\n");
    }
  }

  @Test
  void aBugIsAnErrorOfTheServerAndTellsNothingElse() throws IOException {
    serve(
        Duration.ofMinutes(1),
        9,
        _ -> {
          throw new IllegalStateException("hunter2");
        });
    try (Socket socket = connect()) {
      assertThat(answer(socket, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"))
          .startsWith("HTTP/1.1 500 ")
          .doesNotContain("hunter2");
    }
  }

  @Test
  void aHeaderNeverBecomesTwo() throws IOException {
    serve(Duration.ofMinutes(1), 9, _ -> HttpResponse.seeOther("/a\r\nSet-Cookie: b"));
    try (Socket socket = connect()) {
      assertThat(answer(socket, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"))
          .contains("\r\nLocation: /a  Set-Cookie: b\r\n");
    }
  }

  @Test
  void whoDoesNotSpeakWebSocketIsToldTo() throws IOException {
    serve(Duration.ofMinutes(1), 9, _ -> new Upgrade(socket -> socket.send("hello")));
    try (Socket socket = connect()) {
      assertThat(answer(socket, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"))
          .startsWith("HTTP/1.1 426 ")
          .contains("Upgrade: websocket\r\n");
    }
  }

  @Test
  void aPingIsAnsweredAndAMalformedFrameEndsTheConversation() throws Exception {
    serve(
        Duration.ofMinutes(1),
        9,
        _ ->
            new Upgrade(
                socket -> {
                  socket.send("hi");
                  Thread.sleep(Duration.ofSeconds(20)); // ends with the server
                }));
    try (Socket socket = connect()) {
      socket
          .getOutputStream()
          .write(
              String.join(
                      "\r\n",
                      "GET / HTTP/1.1",
                      "Host: h",
                      "Upgrade: websocket",
                      "Connection: Upgrade",
                      "Sec-WebSocket-Version: 13",
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                      "",
                      "")
                  .getBytes(StandardCharsets.US_ASCII));
      var in = socket.getInputStream();
      var head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.read());
      }
      assertThat(head).contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      assertThat(in.readNBytes(4)).containsExactly(0x81, 2, 'h', 'i');
      socket.getOutputStream().write(new byte[] {(byte) 0x89, (byte) 0x81, 0, 0, 0, 0, 'x'});
      assertThat(in.readNBytes(3)).containsExactly(0x8a, 1, 'x');
      socket.getOutputStream().write(new byte[] {(byte) 0x81, 0});
      byte[] close = in.readAllBytes();
      assertThat(close[0]).isEqualTo((byte) 0x88);
      assertThat((close[2] << 8) + (close[3] & 0xff)).isEqualTo(1002);
    }
  }
}
