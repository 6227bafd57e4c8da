package io.kairos.formats.gpt;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Map;
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

  /** "Hah!IdontNeedEFI": the BIOS boot partition. */
  @Test
  void partitionsAreWhatTheirEntriesSay(@TempDir Path folder) throws Exception {
    try (FileChannel disk = open(folder)) {
      disk.write(ByteBuffer.wrap(BY_SFDISK), 512);
      disk.write(ByteBuffer.wrap("Hah!IdontNeedEFI".getBytes(US_ASCII)), 1024);
      disk.write(ByteBuffer.wrap("Hah!IdontNeedEFI".getBytes(US_ASCII)), 1024 + 4 * 128);
      disk.write(ByteBuffer.wrap(new byte[1]), 100_000);

      disk.write(ByteBuffer.wrap("bíos".getBytes(UTF_16LE)), 1024 + 56);
      UUID biosBoot = UUID.fromString("21686148-6449-6E6F-744E-656564454649");
      assertThat(GptHeader.read(disk, 512).orElseThrow().entries())
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  1, new GptHeader.Entry(biosBoot, "bíos"), 5, new GptHeader.Entry(biosBoot, "")));
    }
  }

  @Test
  void aHeaderThatTellsNonsenseOfItsEntriesHasNone(@TempDir Path folder) throws Exception {
    for (int damaged : new int[] {72, 79, 80, 83, 84, 87}) {
      try (FileChannel disk = open(folder)) {
        byte[] header = BY_SFDISK.clone();
        header[damaged] = (byte) 0xff;
        disk.write(ByteBuffer.wrap(header), 512);
        disk.write(ByteBuffer.wrap(new byte[1]), 100_000);
        assertThat(GptHeader.read(disk, 512).orElseThrow().entries()).as("%d", damaged).isEmpty();
      }
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
