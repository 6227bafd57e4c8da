package io.kairos.images;

import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.formats.tar.Octets;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An archive without the contents of its files, in the format of vbatts/tar-split: one JSON object
 * a line. Segments are octets of headers and padding as they were; between them stands which file
 * follows.
 */
final class TarSplit implements Closeable {
  static final int FILE = 1;
  static final int SEGMENT = 2;

  private static final int MAX_LINE = 64 << 20;

  /** A piece of the archive. */
  sealed interface Piece {
    record Segment(Octets octets) implements Piece {}

    /**
     * @param name as the archive has it, with the slash that directories end with
     */
    record Content(String name, long size) implements Piece {}
  }

  private final BufferedReader lines;

  /**
   * @param in not compressed
   */
  TarSplit(InputStream in) {
    lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
  }

  /** The next piece; nothing at the end. */
  Optional<Piece> next() throws IOException {
    String line = lines.readLine();
    if (line == null || line.length() > MAX_LINE) {
      return Optional.empty();
    }
    JsonObject json = JsonObject.of("tar-split", Json.parse("tar-split", line));
    long type = json.requiredNumber("type");
    Optional<byte[]> payload = json.text("payload").map(Base64.getDecoder()::decode);
    if (type == SEGMENT) {
      return Optional.of(new Piece.Segment(Octets.of(payload.orElse(new byte[0]))));
    }
    return Optional.of(
        new Piece.Content(json.text("name").orElse(""), json.number("size").orElse(0L)));
  }

  /**
   * A line for a file.
   *
   * @param checksum CRC-64 of the content, eight octets; none when the file is empty
   */
  static String file(String name, long size, Optional<byte[]> checksum, int position) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("type", FILE);
    json.put("name", name);
    if (size > 0) {
      json.put("size", size);
    }
    json.put("payload", checksum.map(Base64.getEncoder()::encodeToString).orElse(null));
    json.put("position", position);
    return Json.write(json) + "\n";
  }

  static String segment(byte[] octets, int position) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("type", SEGMENT);
    json.put("payload", Base64.getEncoder().encodeToString(octets));
    json.put("position", position);
    return Json.write(json) + "\n";
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
