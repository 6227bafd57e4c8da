package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelGzipTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 1 << 20, (1 << 20) + 1, 5_000_000})
  void readsBackAndIsTheSameTwice(int size) throws Exception {
    byte[] content = new byte[size];
    var random = new Random(size);
    random.nextBytes(content);
    for (int i = 0; i < size; i++) {
      content[i] = i % 3 == 0 ? content[i] : (byte) (i >> 8); // partly compressible
    }
    byte[] once = compressed(content, 4096);
    byte[] twice = compressed(content, 777);

    assertThat(new GZIPInputStream(new ByteArrayInputStream(once)).readAllBytes())
        .isEqualTo(content);
    assertThat(twice).isEqualTo(once);
  }

  private static byte[] compressed(byte[] content, int chunk) throws Exception {
    var out = new ByteArrayOutputStream();
    try (var gzip = new ParallelGzip(out, 6)) {
      for (int at = 0; at < content.length; at += chunk) {
        gzip.write(content, at, Math.min(chunk, content.length - at));
      }
    }
    return out.toByteArray();
  }
}
