package io.kairos.formats.zstd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZstdInputStreamTest {
  /** {@code printf 'kairos kairos kairos kairos kairos\n' | zstd -19} of zstd 1.5.4. */
  private static final String KAIROS = "28b52ffd0468750000406b6169726f73200a01000a8b11787092d0";

  @TempDir Path folder;

  private static byte[] decompressed(byte[] data) throws IOException {
    try (var in = new ZstdInputStream(new ByteArrayInputStream(data))) {
      return in.readAllBytes();
    }
  }

  /** What the reference implementation makes of a content. */
  private byte[] compressed(byte[] content, String... options) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/zstd")), "zstd is not installed");
    Path plain = folder.resolve("plain");
    Path packed = folder.resolve("packed");
    Files.write(plain, content);
    List<String> command = new ArrayList<>(List.of("zstd", "-q", "-f"));
    command.addAll(List.of(options));
    command.addAll(List.of(plain.toString(), "-o", packed.toString()));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    return Files.readAllBytes(packed);
  }

  /** Text-like, noisy and repeating parts, so that all kinds of blocks and tables occur. */
  private static byte[] content(long seed, int size) {
    var random = new Random(seed);
    byte[] content = new byte[size];
    int at = 0;
    while (at < size) {
      int length = Math.min(size - at, 1 + random.nextInt(60_000));
      int kind = random.nextInt(5);
      int source = at == 0 ? 0 : random.nextInt(at);
      for (int i = 0; i < length; i++) {
        content[at + i] =
            switch (kind) {
              case 0 -> (byte) random.nextInt();
              case 1 -> (byte) seed;
              case 2 -> (byte) (97 + Math.abs(random.nextGaussian()) * 6);
              case 3 -> content[(source + i) % Math.max(1, at)];
              default -> (byte) "kairos-agent immucore ".charAt((i + (i >> 7)) % 22);
            };
      }
      at += length;
    }
    return content;
  }

  @Test
  void readsAKnownFrame() throws IOException {
    assertThat(decompressed(HexFormat.of().parseHex(KAIROS)))
        .asString()
        .isEqualTo("kairos kairos kairos kairos kairos\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-3", "-9", "-19", "--fast=3", "--long=24", "--no-check"})
  void readsWhatTheReferenceWrites(String level) throws Exception {
    for (int size : new int[] {0, 1, 200, 5_000, 300_000, 2_000_000}) {
      byte[] content = content(size + level.hashCode(), size);
      assertThat(decompressed(compressed(content, level))).as("%d octets", size).isEqualTo(content);
    }
  }

  @Test
  void framesFollowEachOther() throws Exception {
    var both = new ByteArrayOutputStream();
    both.write(compressed(new byte[] {1, 2}));
    both.write(HexFormat.of().parseHex("502a4d1803000000ffffff")); // to be skipped
    both.write(compressed(new byte[] {3}));

    assertThat(decompressed(both.toByteArray())).containsExactly(1, 2, 3);
  }

  @Test
  void truncatedDataIsAnError() {
    byte[] whole = HexFormat.of().parseHex(KAIROS);
    for (int length = 1; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> decompressed(cut)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void hugeWindowIsRefused() {
    assertThatThrownBy(() -> decompressed(HexFormat.of().parseHex("28b52ffd00ff010000")))
        .isInstanceOf(MalformedZstd.class)
        .hasMessageContaining("a window of");
  }

  /** Whatever octets come, the end is data or an exception for it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void damagedDataIsNoCrash(long seed) throws Exception {
    var random = new Random(seed);
    byte[] whole = compressed(content(seed, 20_000), "-9");
    for (int run = 0; run < 300; run++) {
      byte[] damaged = whole.clone();
      damaged[4 + random.nextInt(damaged.length - 4)] ^= (byte) (1 << random.nextInt(8));
      try {
        decompressed(damaged);
      } catch (IOException e) {
        assertThat(e).isInstanceOfAny(MalformedZstd.class, EOFException.class);
      }
    }
  }
}
