package io.kairos.formats.gpt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GptHeaderTest {
  /** Written by sfdisk 2.38.1 with label-id 2ceff841-4c1d-5a14-8e46-ed3aeb621093. */
  private static final byte[] BY_SFDISK =
      HexFormat.of()
          .parseHex(
              "4546492050415254000001005c0000005335639300000000"
                  + "0100000000000000ffffff04000000002200000000000000deffff0400000000"
                  + "41f8ef2c1d4c145a8e46ed3aeb621093"
                  + "020000000000000080000000800000009d35f805");

  @Test
  void theDiskGuidOfATableOfSfdisk(@TempDir Path folder) throws Exception {
    try (FileChannel disk = open(folder)) {
      disk.write(ByteBuffer.wrap(BY_SFDISK), 512);

      assertThat(GptHeader.read(disk, 512).map(GptHeader::disk))
          .contains(UUID.fromString("2ceff841-4c1d-5a14-8e46-ed3aeb621093"));
      assertThat(GptHeader.read(disk, 4096)).isEmpty();
    }
  }

  @Test
  void aDiskWithoutATableHasNone(@TempDir Path folder) throws Exception {
    try (FileChannel disk = open(folder)) {
      assertThat(GptHeader.read(disk, 512)).isEmpty();
      disk.write(ByteBuffer.wrap(new byte[1]), 100_000);
      assertThat(GptHeader.read(disk, 512)).isEmpty();
    }
  }

  private static FileChannel open(Path folder) throws Exception {
    return FileChannel.open(
        folder.resolve("disk"),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }
}
