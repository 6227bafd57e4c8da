package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitramfsListingTest {
  /** The newc format of cpio(5). */
  private static byte[] cpio(String... names) {
    var archive = new StringBuilder();
    for (String name : names) {
      add(archive, name, name.equals("TRAILER!!!") ? "" : "12345");
    }
    add(archive, "TRAILER!!!", "");
    while (archive.length() % 512 != 0) {
      archive.append('\0');
    }
    return archive.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void add(StringBuilder archive, String name, String content) {
    archive.append("070701").append("00000000".repeat(6));
    archive.append("%08x".formatted(content.length())).append("00000000".repeat(4));
    archive.append("%08x".formatted(name.length() + 1)).append("00000000");
    archive.append(name).append('\0');
    pad(archive);
    archive.append(content);
    pad(archive);
  }

  private static void pad(StringBuilder archive) {
    while (archive.length() % 4 != 0) {
      archive.append('\0');
    }
  }

  @Test
  void anArchiveBehindMicrocodeIsReadThroughItsCompression(@TempDir Path folder)
      throws IOException {
    var file = new ByteArrayOutputStream();
    file.write(cpio("kernel/x86/microcode/GenuineIntel.bin"));
    try (var gzip = new GZIPOutputStream(file)) {
      gzip.write(cpio("usr/bin/immucore", "./init"));
    }
    Path initramfs = Files.write(folder.resolve("initrd"), file.toByteArray());
    var machine = new ScratchHost(folder).withProgram("/usr/bin/gzip");

    assertThat(InitramfsListing.names(machine, initramfs).orElseThrow())
        .containsExactlyInAnyOrder(
            "kernel/x86/microcode/GenuineIntel.bin", "usr/bin/immucore", "init");
  }

  @Test
  void withoutTheDecompressorNothingIsKnown(@TempDir Path folder) throws IOException {
    Path initramfs =
        Files.write(folder.resolve("initrd"), new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd});

    assertThat(InitramfsListing.names(new ScratchHost(folder), initramfs)).isEmpty();
  }
}
