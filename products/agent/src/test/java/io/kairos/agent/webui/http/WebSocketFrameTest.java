package io.kairos.agent.webui.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.webui.http.WebSocketFrame.Opcode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketFrameTest {
  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static WebSocketFrame read(String hex) throws Exception {
    return WebSocketFrame.read(new ByteArrayInputStream(hex(hex)));
  }

  private static byte[] written(Opcode opcode, byte[] payload) throws IOException {
    var out = new ByteArrayOutputStream();
    WebSocketFrame.of(opcode, payload).write(out);
    return out.toByteArray();
  }

  /** The examples of RFC 6455, 5.7. */
  @Test
  void theExamplesOfTheSpecification() throws Exception {
    WebSocketFrame hello = read("81 85 37 fa 21 3d 7f 9f 4d 51 58");
    assertThat(hello.opcode()).isEqualTo(Opcode.TEXT);
    assertThat(hello.isLast()).isTrue();
    assertThat(new String(hello.payload(), StandardCharsets.UTF_8)).isEqualTo("Hello");
    assertThat(read("8a 85 37 fa 21 3d 7f 9f 4d 51 58").opcode()).isEqualTo(Opcode.PONG);

    byte[] text = "Hello".getBytes(StandardCharsets.UTF_8);
    assertThat(written(Opcode.TEXT, text)).isEqualTo(hex("81 05 48 65 6c 6c 6f"));
    assertThat(written(Opcode.PING, text)).isEqualTo(hex("89 05 48 65 6c 6c 6f"));
    assertThat(Arrays.copyOf(written(Opcode.BINARY, new byte[256]), 4))
        .isEqualTo(hex("82 7e 01 00"));
    assertThat(Arrays.copyOf(written(Opcode.BINARY, new byte[65536]), 10))
        .isEqualTo(hex("82 7f 00 00 00 00 00 01 00 00"));
  }

  /** RFC 6455, 1.3. */
  @Test
  void theHandshakeOfTheSpecification() {
    assertThat(Handshake.sign("dGhlIHNhbXBsZSBub25jZQ=="))
        .isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }

  @ParameterizedTest
  @CsvSource({
    "81 05 48 65 6c 6c 6f, 1002", // not masked
    "91 80 00 00 00 00, 1002", // a reserved bit
    "83 80 00 00 00 00, 1002", // an opcode that is none
    "09 80 00 00 00 00, 1002", // a ping in pieces
    "89 fe 00 7e 00 00 00 00, 1002", // a long ping
    "82 ff 00 00 00 00 00 01 00 01, 1009",
    "82 ff ff ff ff ff ff ff ff ff, 1009",
  })
  void whatNoClientSendsEndsTheConversation(String hex, int code) {
    assertThatThrownBy(() -> read(hex))
        .isInstanceOfSatisfying(
            WebSocketFrame.Malformed.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "81", "81 85 37 fa", "81 85 37 fa 21 3d 7f 9f"})
  void aFrameThatStopsIsTheEndOfTheConnection(String hex) {
    assertThatThrownBy(() -> read(hex)).isInstanceOf(EOFException.class);
  }
}
