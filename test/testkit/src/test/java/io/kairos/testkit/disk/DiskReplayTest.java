package io.kairos.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.testkit.disk.WriteLog.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What QEMU logs is what a disk is rebuilt from. */
class DiskReplayTest {
  private static final Host HOST = LinuxHost.here();
  private static final int SIZE = 8 << 20;

  @TempDir Path folder;
  private Path disk;
  private Path file;

  @BeforeEach
  void qemuIsThere() throws IOException {
    assumeTrue(HOST.hasProgram("qemu-io"), "qemu-io is not installed: package qemu-utils");
    disk = folder.resolve("disk.raw");
    file = folder.resolve("writes.log");
    Files.write(disk, new byte[SIZE]);
    Files.createFile(file);
  }

  /** As a guest: one run of QEMU, which flushes at its end. */
  private void write(String... requests) throws IOException {
    var command = Command.of("qemu-io");
    for (String request : requests) {
      command = command.with("-c", request);
    }
    String size = Files.size(file) == 0 ? "log-sector-size=512" : "log-append=on";
    HOST.run(
        command.with(
            "--image-opts",
            "driver=blklogwrites,"
                + size
                + ",file.driver=raw,file.file.driver=file,file.file.discard=unmap,file.file.filename="
                + disk
                + ",log.driver=file,log.filename="
                + file));
  }

  private static byte[] all(View view) throws IOException {
    return view.read(0, SIZE).array();
  }

  @Test
  void everyFlushRebuildsTheDiskAsItWasThen() throws IOException {
    write("write -P 1 0 64k", "write -P 2 32k 64k");
    byte[] first = Files.readAllBytes(disk);
    write("write -z 8k 8k", "discard 64k 16k", "write -P 3 1M 4k");
    byte[] second = Files.readAllBytes(disk);

    try (var log = WriteLog.open(file)) {
      var replay = new DiskReplay(log, SIZE);
      assertThat(all(replay.disk())).isEqualTo(new byte[SIZE]);
      assertThat(replay.unflushed()).extracting(Entry::offset).containsExactly(0L, 32L << 10);

      replay.advance();
      assertThat(all(replay.disk())).isEqualTo(first);

      while (!replay.isAtEnd()) {
        replay.advance();
      }
      assertThat(all(replay.disk())).isEqualTo(second);
      assertThat(replay.unflushed()).isEmpty();
    }
  }

  @Test
  void aSubsetOfWhatIsNotFlushedIsOneWayToLosePower() throws IOException {
    logged(request(0, 64 << 10, 1), FLUSH, request(0, 8192, 2), request(8192, 4096, 3));

    try (var log = WriteLog.open(file)) {
      var replay = new DiskReplay(log, SIZE);
      replay.advance();
      List<Entry> unflushed = replay.unflushed();
      assertThat(unflushed).extracting(Entry::offset).containsExactly(0L, 8192L);

      View some = replay.with(unflushed.subList(1, 2));

      byte[] expected = all(replay.disk());
      Arrays.fill(expected, 8192, 8192 + 4096, (byte) 3);
      assertThat(all(some)).isEqualTo(expected);
      assertThat(some.origin()).isNotEqualTo(replay.disk().origin());
      assertThat(some.slice(0, 8192).origin())
          .as("what was not touched has the same origin")
          .isEqualTo(replay.disk().slice(0, 8192).origin());
    }
  }

  private static final byte[] FLUSH = header(0, 0, 1);

  private static byte[] request(long offset, int length, int content) {
    byte[] sectors = Arrays.copyOf(header(offset, length, 0), 512 + length);
    Arrays.fill(sectors, 512, sectors.length, (byte) content);
    return sectors;
  }

  private static byte[] header(long offset, int length, int flags) {
    return sector().putLong(offset / 512).putLong(length / 512).putLong(flags).array();
  }

  private static ByteBuffer sector() {
    return ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A log of our own: qemu-io flushes when it likes. */
  private void logged(byte[]... requests) throws IOException {
    var log = new ByteArrayOutputStream();
    log.write(
        sector()
            .putLong(0x6a736677736872L)
            .putLong(1)
            .putLong(requests.length)
            .putInt(512)
            .array());
    for (byte[] request : requests) {
      log.write(request);
    }
    Files.write(file, log.toByteArray());
  }

  /** Requests of all kinds over each other, against the file that QEMU itself has written. */
  @Test
  void drawnRequestsAreReplayedToTheOctet() throws IOException {
    var random = new Random(7);
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      int at = random.nextInt(2000) * 512;
      int length = (1 + random.nextInt(64)) * 512;
      requests.add(
          switch (random.nextInt(5)) {
            case 0 -> "write -z %d %d".formatted(at, length);
            case 1 -> "flush";
            default -> "write -P %d %d %d".formatted(1 + random.nextInt(255), at, length);
          });
    }
    write(requests.toArray(String[]::new));

    Path copy = folder.resolve("copy.raw");
    try (var log = WriteLog.open(file)) {
      var replay = new DiskReplay(log, SIZE);
      while (!replay.isAtEnd()) {
        replay.advance();
      }
      replay.disk().copyTo(copy);
    }
    assertThat(Files.mismatch(copy, disk)).isEqualTo(-1);
  }

  @Test
  void anotherFileIsNoLog() throws IOException {
    Path other = Files.write(folder.resolve("other"), new byte[4096]);
    assertThatThrownBy(() -> WriteLog.open(other))
        .hasMessageContaining("is no log of writes")
        .hasMessageContaining("version 1");
  }
}
