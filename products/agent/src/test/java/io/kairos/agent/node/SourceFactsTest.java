package io.kairos.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.Bytes;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceFactsTest {
  private static final int BLOCK = 4096;
  private static final int INODE = 320;

  @TempDir Path root;

  private SourceFacts measured() {
    return SourceFacts.measure(LinuxHost.here(), new SystemSource.Tree(root));
  }

  /** Assertion 73. */
  @Test
  void linksAddNoContentAndTheHostOfAContainerDoesNotCount() throws IOException {
    Path file =
        Files.write(Files.createDirectory(root.resolve("usr")).resolve("f"), new byte[9999]);
    SourceFacts before = measured();
    assertThat(before.content()).isEqualTo(Bytes.of(2L * BLOCK + 3L * INODE + 3L * BLOCK));

    Files.createSymbolicLink(root.resolve("link"), file);
    Files.createLink(root.resolve("hard"), file);
    assertThat(measured().content()).isEqualTo(before.content().plus(Bytes.of(2L * INODE)));

    Files.write(Files.createDirectory(root.resolve("host")).resolve("big"), new byte[1 << 20]);
    assertThat(measured().content()).isEqualTo(before.content().plus(Bytes.of(BLOCK + 3L * INODE)));
    assertThat(measured().entries()).isEqualTo(before.entries() + 3);
  }

  @Test
  void theHolesOfAnImageFileTakeNoRoom() throws IOException {
    Path image = Files.write(root.resolve("disk.img"), new byte[3 * BLOCK]);
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(3L << 30);
    }
    assertThat(SourceFacts.measure(LinuxHost.here(), new SystemSource.ImageFile(image)).content())
        .isEqualTo(Bytes.of(3L * BLOCK));
  }
}
