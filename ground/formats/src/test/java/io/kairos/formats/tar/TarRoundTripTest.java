package io.kairos.formats.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.formats.tar.TarEntry.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarRoundTripTest {
  private static final List<Kind> KINDS = List.of(Kind.values());

  private static byte[] written(List<TarEntry> entries) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var tar = new TarWriter(out)) {
      for (TarEntry entry : entries) {
        tar.add(entry, new ByteArrayInputStream(new byte[(int) entry.size()]));
      }
    }
    return out.toByteArray();
  }

  private static List<TarEntry> read(byte[] archive) throws IOException {
    var tar = new TarReader(new ByteArrayInputStream(archive));
    var entries = new ArrayList<TarEntry>();
    for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
      entries.add(entry.get());
    }
    return entries;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void anyMemberReadsBackTheSame(long seed) throws IOException {
    var random = new Random(seed);
    var entries = new ArrayList<TarEntry>();
    for (int i = 0; i < 100; i++) {
      entries.add(drawn(random));
    }
    assertThat(read(written(entries))).isEqualTo(entries);
  }

  private static TarEntry drawn(Random random) {
    Kind kind = KINDS.get(random.nextInt(KINDS.size()));
    boolean links = kind == Kind.SYMLINK || kind == Kind.HARD_LINK;
    var attributes = new TreeMap<String, Octets>();
    if (random.nextInt(3) == 0) {
      byte[] value = new byte[random.nextInt(1200)];
      random.nextBytes(value);
      attributes.put("user." + name(random).replace('=', '-'), Octets.of(value));
    }
    return new TarEntry(
        name(random),
        kind,
        random.nextInt(010000),
        random.nextLong(1L << (random.nextBoolean() ? 32 : 10)),
        random.nextLong(1L << 32),
        Instant.ofEpochSecond(random.nextLong(-10, random.nextBoolean() ? 1L << 31 : 1L << 36)),
        kind == Kind.FILE ? random.nextInt(2000) : 0,
        links ? name(random) : "",
        kind.isDevice() ? random.nextInt(4096) : 0,
        kind.isDevice() ? random.nextInt(1 << 20) : 0,
        attributes);
  }

  private static String name(Random random) {
    var name = new StringBuilder("n");
    int length = random.nextInt(random.nextBoolean() ? 300 : 20);
    for (int i = 0; i < length; i++) {
      name.append("ab/c-é=Ω.".charAt(random.nextInt(9)));
    }
    return name.append("e").toString();
  }

  @Test
  void namesAtTheLimitsOfUstarNeedNoExtension() throws IOException {
    String longest = "p".repeat(155) + "/" + "n".repeat(100);
    byte[] archive = written(List.of(TarEntry.file(longest, 0644, 0)));

    assertThat(archive).hasSize(3 * 512);
    assertThat(read(archive).getFirst().name()).isEqualTo(longest);
    assertThat(written(List.of(TarEntry.file("x" + longest, 0644, 0)))).hasSizeGreaterThan(3 * 512);
  }

  @Test
  void contentMustHaveThePromisedSize() {
    var tar = new TarWriter(new ByteArrayOutputStream());
    var two = TarEntry.file("f", 0644, 2);

    assertThatThrownBy(() -> tar.add(two, new ByteArrayInputStream(new byte[1])))
        .hasMessageContaining("f became shorter");
    assertThatThrownBy(() -> tar.add(two, new ByteArrayInputStream(new byte[3])))
        .hasMessageContaining("f became longer");
  }

  /** Whatever octets come, the reader ends with entries or an exception for it, and soon. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15})
  void damagedArchivesAreNoCrash(long seed) throws IOException {
    var random = new Random(seed);
    var entries = new ArrayList<TarEntry>();
    for (int i = 0; i < 10; i++) {
      entries.add(drawn(random));
    }
    byte[] whole = written(entries);
    for (int run = 0; run < 300; run++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i < 3; i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        read(damaged);
      } catch (IOException e) {
        assertThat(e).isInstanceOf(MalformedTar.class);
      }
    }
  }
}
