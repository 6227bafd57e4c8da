package io.kairos.formats.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuperblockTest {
  private static final String UUID = "0b5e6f1a-9c1d-4e2f-8a3b-123456789abc";

  @ParameterizedTest
  @CsvSource({
    "ext2, mkfs.ext2 -q -U 0b5e6f1a-9c1d-4e2f-8a3b-123456789abc -L COS_ACTIVE",
    "ext3, mkfs.ext3 -q -U 0b5e6f1a-9c1d-4e2f-8a3b-123456789abc -L COS_ACTIVE",
    "ext4, mkfs.ext4 -q -U 0b5e6f1a-9c1d-4e2f-8a3b-123456789abc -L COS_ACTIVE",
    "vfat, mkfs.vfat -F 16 -n COS_ACTIVE",
    "vfat, mkfs.vfat -F 32 -n COS_ACTIVE",
  })
  void whatTheRealToolsMakeIsRecognised(String type, String command, @TempDir Path folder)
      throws Exception {
    Path image = folder.resolve("image");
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(64L << 20);
    }
    List<String> argv = new ArrayList<>(List.of(command.split(" ")));
    assumeTrue(Files.exists(Path.of("/usr/sbin/" + argv.get(0))), argv.get(0) + " is missing");
    argv.set(0, "/usr/sbin/" + argv.get(0));
    argv.add(image.toString());
    var process = new ProcessBuilder(argv).redirectErrorStream(true).start();
    assertThat(
            new String(
                process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
        .doesNotContain("rror");
    assertThat(process.waitFor()).isZero();
    Superblock found = read(image).orElseThrow();
    assertThat(found.type()).isEqualTo(type);
    assertThat(found.label()).contains("COS_ACTIVE");
    assertThat(found.uuid())
        .isEqualTo(type.startsWith("ext") ? Optional.of(UUID) : Optional.empty());
  }

  @Test
  void anEmptyOrShortDeviceHasNone(@TempDir Path folder) throws IOException {
    assertThat(read(Files.write(folder.resolve("empty"), new byte[0]))).isEmpty();
    assertThat(read(Files.write(folder.resolve("zeros"), new byte[1 << 17]))).isEmpty();
  }

  private static Optional<Superblock> read(Path image) throws IOException {
    try (var channel = FileChannel.open(image)) {
      return Superblock.read(channel);
    }
  }
}
