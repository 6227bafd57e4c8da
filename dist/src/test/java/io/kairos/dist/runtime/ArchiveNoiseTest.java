package io.kairos.dist.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveNoiseTest {
  private static final int CHECKSUM = 4;
  private static final int TIME = 8192;
  private static final int CONTENT = 8200;

  @TempDir Path folder;

  private Path archive(String name, int checksum, long time, long content) throws IOException {
    ByteBuffer octets = ByteBuffer.allocate(12288).order(ByteOrder.nativeOrder());
    octets.putInt(CHECKSUM, checksum).putLong(TIME, time).putLong(CONTENT, content);
    return Files.write(folder.resolve(name), octets.array());
  }

  @Test
  void timesAndChecksumsAreNoMore() throws IOException {
    Path archive = archive("one", 17, 1005, 42);
    ArchiveNoise.remove(archive, archive("other", 18, 1010, 42), 1000, 1020);
    assertThat(archive).hasSameBinaryContentAs(archive("expected", 0, 0, 42));
  }

  @Test
  void anythingElseThatDiffersIsNoNoise() throws IOException {
    Path archive = archive("one", 17, 1005, 42);
    byte[] before = Files.readAllBytes(archive);
    assertThatThrownBy(
            () -> ArchiveNoise.remove(archive, archive("other", 18, 1010, 43), 1000, 1020))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("differ in what is no time, at 8200");
    assertThatThrownBy(
            () -> ArchiveNoise.remove(archive, archive("late", 18, 1021, 42), 1000, 1020))
        .hasMessageContaining("at 8192");
    Path longer = Files.write(folder.resolve("longer"), new byte[20000]);
    assertThatThrownBy(() -> ArchiveNoise.remove(archive, longer, 1000, 1020))
        .hasMessageContaining("their sizes");
    assertThat(Files.readAllBytes(archive)).isEqualTo(before);
  }
}
