package io.kairos.agent.webui.http;

import io.kairos.agent.webui.http.WebSocketFrame.Opcode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The server's end of a WebSocket on which it alone has something to say. Pings are answered; a
 * client that does not answer ours for {@link #SILENCE} is gone. Safe for concurrent use.
 */
public final class WebSocket {
  /** Longer than two pings of a conversation. */
  static final Duration SILENCE = Duration.ofSeconds(60);

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private boolean isClosing;

  WebSocket(Socket socket, InputStream in) throws IOException {
    this.socket = socket;
    this.in = in;
    this.out = new BufferedOutputStream(socket.getOutputStream());
    socket.setSoTimeout((int) SILENCE.toMillis());
  }

  /** Hears the client until it has said goodbye; ends when the connection does. */
  void listen() {
    try {
      while (true) {
        WebSocketFrame frame = WebSocketFrame.read(in);
        switch (frame.opcode()) {
          case PING -> send(WebSocketFrame.of(Opcode.PONG, frame.payload()));
          case CLOSE -> {
            close(1000, "");
            socket.close();
            return;
          }
          default -> {} // nothing that a client says matters here
        }
      }
    } catch (WebSocketFrame.Malformed e) {
      sayGoodbye(e.code(), e.getMessage());
    } catch (IOException gone) {
      sayGoodbye(1001, "");
    }
  }

  private void sayGoodbye(int code, String reason) {
    try (socket) {
      close(code, reason);
    } catch (IOException gone) {
      // whoever is gone hears no goodbye, and its connection is closed now
      return;
    }
  }

  /**
   * @throws IOException when the client is gone
   */
  public void send(String text) throws IOException {
    send(WebSocketFrame.of(Opcode.TEXT, text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Shows both sides that the other one is there. */
  public void ping() throws IOException {
    send(WebSocketFrame.of(Opcode.PING, new byte[0]));
  }

  /** Says goodbye, once; nothing is sent after it. */
  synchronized void close(int code, String reason) throws IOException {
    if (isClosing) {
      return;
    }
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    byte[] payload = ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array();
    WebSocketFrame.of(Opcode.CLOSE, payload).write(out);
    isClosing = true;
  }

  private synchronized void send(WebSocketFrame frame) throws IOException {
    if (isClosing) {
      throw new SocketException("the conversation is over");
    }
    frame.write(out);
  }
}
