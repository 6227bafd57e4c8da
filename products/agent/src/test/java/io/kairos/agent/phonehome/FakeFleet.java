package io.kairos.agent.phonehome;

import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fleet server on the loopback interface: HTTP for registration and images, a WebSocket for the
 * rest. It remembers what it heard; what it answers is for the test to say.
 */
final class FakeFleet implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *([0-9]+)");
  private static final Pattern KEY = Pattern.compile("(?i)sec-websocket-key: *(\\S+)");

  /** An answer to a request. */
  record Answer(int status, String body) {
    static Answer of(int status, String body) {
      return new Answer(status, body);
    }
  }

  /** Answers whatever is no WebSocket. */
  @FunctionalInterface
  interface Answers {
    Answer to(String method, String target, String body);
  }

  private final ServerSocket listener;
  private final BlockingQueue<JsonObject> frames = new LinkedBlockingQueue<>();
  private final BlockingQueue<Socket> sessions = new LinkedBlockingQueue<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private volatile Answers answers =
      (method, target, body) -> Answer.of(201, "{\"id\":\"n1\",\"apiKey\":\"key1\"}");
  private final AtomicInteger refusals = new AtomicInteger();

  FakeFleet() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** Method, target and body of each request so far. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  void answering(Answers other) {
    answers = other;
  }

  /** The next so many handshakes are answered 401. */
  void refusing(int count) {
    refusals.set(count);
  }

  /** The next session that a node has opened. */
  Socket session() throws InterruptedException {
    return received(sessions.poll(30, TimeUnit.SECONDS), "a session");
  }

  /** The next message of that type; others are passed over. */
  JsonObject heard(String type) throws InterruptedException {
    while (true) {
      JsonObject frame = received(frames.poll(30, TimeUnit.SECONDS), type);
      if (frame.requiredText("type").equals(type)) {
        return frame.requiredObject("data");
      }
    }
  }

  private static <T> T received(T found, String what) {
    if (found == null) {
      throw new AssertionError("waited in vain for " + what);
    }
    return found;
  }

  void order(Socket session, String id, String command, Map<String, String> args)
      throws IOException {
    send(
        session,
        Json.write(
            Map.of("type", "command", "data", Map.of("id", id, "command", command, "args", args))));
  }

  /** As a text frame (RFC 6455, 5.2), not masked. */
  void send(Socket session, String text) throws IOException {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    OutputStream out = session.getOutputStream();
    synchronized (out) {
      out.write(0x81);
      if (payload.length < 126) {
        out.write(payload.length);
      } else {
        out.write(new byte[] {126, (byte) (payload.length >> 8), (byte) payload.length});
      }
      out.write(payload);
      out.flush();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void serve() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> attend(socket));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void attend(Socket socket) {
    try (socket) {
      var in = new DataInputStream(socket.getInputStream());
      String head = head(in);
      String[] line = head.split(" ", 3);
      Matcher length = LENGTH.matcher(head);
      byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
      String text = new String(body, StandardCharsets.UTF_8);
      requests.add(line[0] + " " + line[1] + (text.isEmpty() ? "" : " " + text));
      Matcher key = KEY.matcher(head);
      if (!key.find()) {
        answer(socket, answers.to(line[0], line[1], text));
      } else if (refusals.getAndDecrement() > 0) {
        answer(socket, Answer.of(401, "unknown node"));
      } else {
        converse(socket, in, key.group(1));
      }
    } catch (IOException gone) {
      return; // a node that is gone is what some tests are about
    }
  }

  private static String head(DataInputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  private static void answer(Socket socket, Answer answer) throws IOException {
    OutputStream out = socket.getOutputStream();
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    out.write(
        ("HTTP/1.1 "
                + answer.status()
                + " Said\r\nConnection: close\r\nContent-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    out.write(body);
    out.flush();
  }

  private void converse(Socket socket, DataInputStream in, String key) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: "
                    + accepted(key)
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    sessions.add(socket);
    while (true) {
      int opcode = in.readUnsignedByte() & 0x0f;
      int size = in.readUnsignedByte() & 0x7f;
      long length = size < 126 ? size : size == 126 ? in.readUnsignedShort() : in.readLong();
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes((int) length);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      if (opcode == 8) {
        return;
      }
      if (opcode == 1) {
        frames.add(Json.parseObject("frame", payload));
      }
    }
  }

  private static String accepted(String key) {
    try {
      byte[] text =
          (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
