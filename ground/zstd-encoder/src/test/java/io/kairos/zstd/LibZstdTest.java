package io.kairos.zstd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.formats.zstd.ZstdEncoder;
import io.kairos.formats.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibZstdTest {
  private static final ZstdEncoder ENCODER = ZstdEncoder.installed().orElseThrow();

  /** Half of it can be compressed. */
  private static byte[] content(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    for (int i = 0; i < size / 2; i++) {
      content[i] = (byte) (i / 7);
    }
    return content;
  }

  private static byte[] decoded(byte[] frames) throws IOException {
    return new ZstdInputStream(new ByteArrayInputStream(frames)).readAllBytes();
  }

  private static byte[] streamed(byte[] content) throws IOException {
    var out = new ByteArrayOutputStream();
    try (OutputStream stream = ENCODER.stream(out)) {
      stream.write(content);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 200_000, 5_000_000})
  void framesAreReadByOurDecoder(int size) throws IOException {
    byte[] content = content(size);
    byte[] frame = ENCODER.frame(content);
    assertThat(decoded(frame)).isEqualTo(content);
    assertThat(decoded(streamed(content))).isEqualTo(content);
    assertThat(frame.length).isLessThan(size * 2 / 3 + 100);
  }

  @Test
  void theSameContentGivesTheSameOctets() throws IOException {
    byte[] content = content(20_000_000);
    assertThat(streamed(content)).isEqualTo(streamed(content));
  }
}
