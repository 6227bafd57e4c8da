package io.kairos.convert;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Names of the files in an initramfs: cpio archives in a row, the last one usually compressed
 * (Documentation/driver-api/early-userspace/buffer-format.rst of Linux).
 */
public final class InitramfsListing {
  private static final String CPIO = "070701";
  private static final int HEADER = 110;
  private static final int SIZE_FIELD = 54;
  private static final int NAME_SIZE_FIELD = 94;
  private static final String TRAILER = "TRAILER!!!";

  private InitramfsListing() {}

  /**
   * @param machine whose decompressor is used
   * @return nothing when that is missing or the compression is unknown
   */
  public static Optional<Set<String>> names(Host machine, Path initramfs) {
    var names = new HashSet<String>();
    try (FileChannel channel = FileChannel.open(initramfs, StandardOpenOption.READ)) {
      readArchives(channel, names);
      if (channel.position() == channel.size()) {
        return Optional.of(names);
      }
      Optional<String> program = decompressor(channel);
      if (program.isEmpty() || !machine.hasProgram(program.get())) {
        return Optional.empty();
      }
      readCompressed(machine, program.get(), channel, names);
      return Optional.of(names);
    } catch (IOException e) {
      throw new HostFailure("cannot list " + initramfs, e);
    }
  }

  private static Optional<String> decompressor(FileChannel channel) throws IOException {
    var magic = ByteBuffer.allocate(4);
    channel.read(magic, channel.position());
    String hex = HexFormat.of().formatHex(magic.array());
    if (hex.equals("28b52ffd")) {
      return Optional.of("zstd");
    }
    if (hex.equals("fd377a58")) {
      return Optional.of("xz");
    }
    return hex.startsWith("1f8b") ? Optional.of("gzip") : Optional.empty();
  }

  private static void readCompressed(
      Host machine, String program, FileChannel channel, Set<String> names) throws IOException {
    Path plain = Files.createTempFile("initramfs", ".cpio");
    try {
      InputStream compressed = Channels.newInputStream(channel);
      machine.run(
          Command.of("sh", "-c", "exec \"$1\" -dc > \"$2\"", "sh", program, plain.toString())
              .stdin((OutputStream out) -> compressed.transferTo(out))
              .within(Duration.ofMinutes(5)));
      try (FileChannel inner = FileChannel.open(plain, StandardOpenOption.READ)) {
        readArchives(inner, names);
      }
    } finally {
      Files.delete(plain);
    }
  }

  /** Stops at the end, or where something else than a cpio archive begins. */
  private static void readArchives(FileChannel channel, Set<String> names) throws IOException {
    long position = 0;
    while (true) {
      String header = text(channel, position, HEADER);
      if (!header.startsWith(CPIO)) {
        if (header.isEmpty() || header.charAt(0) != 0) {
          break;
        }
        position += 4; // archives are padded with zeros
        continue;
      }
      long size = Long.parseLong(header.substring(SIZE_FIELD, SIZE_FIELD + 8), 16);
      int nameSize = Integer.parseInt(header.substring(NAME_SIZE_FIELD, NAME_SIZE_FIELD + 8), 16);
      String name = text(channel, position + HEADER, nameSize - 1);
      if (!name.equals(TRAILER)) {
        names.add(name.replaceFirst("^(\\./|/)", ""));
      }
      position = padded(padded(position + HEADER + nameSize) + size);
    }
    channel.position(Math.min(position, channel.size()));
  }

  private static long padded(long offset) {
    return offset + 3 & ~3L;
  }

  /** Shorter at the end of the file. */
  private static String text(FileChannel channel, long position, int length) throws IOException {
    var buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        break;
      }
    }
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
  }
}
