package io.kairos.agent.webui.http;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/** One frame of a WebSocket (RFC 6455, 5.2). */
final class WebSocketFrame {
  /** What clients of ours may say at once; they have nothing to say. */
  static final int LARGEST = 64 << 10;

  private static final int LARGEST_CONTROL = 125;

  /** Kinds of frames (RFC 6455, 11.8). */
  enum Opcode {
    CONTINUATION(0),
    TEXT(1),
    BINARY(2),
    CLOSE(8),
    PING(9),
    PONG(10);

    private final int number;

    Opcode(int number) {
      this.number = number;
    }

    boolean isControl() {
      return number >= CLOSE.number;
    }

    static Optional<Opcode> numbered(int number) {
      return Arrays.stream(values()).filter(opcode -> opcode.number == number).findFirst();
    }
  }

  /** A frame that no client sends; its code is that of the close frame (RFC 6455, 7.4.1). */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;
    private final int code;

    private Malformed(int code, String why) {
      super(why);
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  private final boolean isLast;
  private final Opcode opcode;
  private final byte[] payload;

  private WebSocketFrame(boolean isLast, Opcode opcode, byte[] payload) {
    this.isLast = isLast;
    this.opcode = opcode;
    this.payload = payload.clone();
  }

  /** Whether it ends its message. */
  boolean isLast() {
    return isLast;
  }

  Opcode opcode() {
    return opcode;
  }

  /** Unmasked; a copy. */
  byte[] payload() {
    return payload.clone();
  }

  static WebSocketFrame of(Opcode opcode, byte[] payload) {
    return new WebSocketFrame(true, opcode, payload);
  }

  /** As a client sends it: masked. */
  static WebSocketFrame read(InputStream stream) throws IOException, Malformed {
    var in = new DataInputStream(stream);
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    Optional<Opcode> opcode = Opcode.numbered(first & 0x0f);
    if ((first & 0x70) != 0 || opcode.isEmpty()) {
      throw new Malformed(1002, "reserved bits or opcode");
    }
    if ((second & 0x80) == 0) {
      throw new Malformed(1002, "frames of clients are masked");
    }
    boolean isLast = (first & 0x80) != 0;
    long length = second & 0x7f;
    if (opcode.get().isControl() && (length > LARGEST_CONTROL || !isLast)) {
      throw new Malformed(1002, "a control frame is short and in one piece");
    }
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    if (length < 0 || length > LARGEST) {
      throw new Malformed(1009, "too large");
    }
    byte[] mask = new byte[4];
    in.readFully(mask);
    byte[] payload = new byte[(int) length];
    in.readFully(payload);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i & 3];
    }
    return new WebSocketFrame(isLast, opcode.get(), payload);
  }

  /** As a server sends it: unmasked. */
  void write(OutputStream stream) throws IOException {
    var out = new DataOutputStream(stream);
    out.writeByte((isLast ? 0x80 : 0) | opcode.number);
    if (payload.length <= LARGEST_CONTROL) {
      out.writeByte(payload.length);
    } else if (payload.length <= 0xffff) {
      out.writeByte(126);
      out.writeShort(payload.length);
    } else {
      out.writeByte(127);
      out.writeLong(payload.length);
    }
    out.write(payload);
    out.flush();
  }
}
