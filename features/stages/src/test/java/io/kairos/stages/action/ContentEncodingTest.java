package io.kairos.stages.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentEncodingTest {
  private static final String TEXT = "grüße\n".repeat(40);

  private static String zippedBase64() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(bytes)) {
      zip.write(TEXT.getBytes(StandardCharsets.UTF_8));
    }
    return Base64.getMimeEncoder().encodeToString(bytes.toByteArray());
  }

  private static String decoded(String name, String text) throws IOException {
    return ContentEncoding.named(name).orElseThrow().decodeText(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"b64", "base64", "BASE64", " base64 "})
  void base64MayBeInLines(String name) throws IOException {
    String lines = Base64.getMimeEncoder().encodeToString(TEXT.getBytes(StandardCharsets.UTF_8));
    assertThat(lines).contains("\r\n");
    assertThat(decoded(name, lines + "\n")).isEqualTo(TEXT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gz+base64", "gzip+base64", "gz+b64", "gzip+b64"})
  void zippedBase64IsUnpacked(String name) throws IOException {
    assertThat(decoded(name, zippedBase64())).isEqualTo(TEXT);
  }

  @Test
  void withoutANameTheTextIsItself() throws IOException {
    assertThat(decoded("", TEXT)).isEqualTo(TEXT);
    assertThat(ContentEncoding.named("rot13")).isEmpty();
  }

  @Test
  void whatIsNotEncodedSoIsAnError() {
    assertThatThrownBy(() -> decoded("base64", "***")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> decoded("gzip", "text")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> decoded("gz+b64", "dGV4dA==")).isInstanceOf(IOException.class);
  }
}
