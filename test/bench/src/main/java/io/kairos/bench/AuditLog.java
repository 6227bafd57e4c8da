package io.kairos.bench;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * An API server's audit log ({@code audit.k8s.io/v1}, one event a line), read while it grows. Not
 * its metrics, which do not tell who asked.
 */
final class AuditLog {
  private static final int BUFFER = 1 << 20;

  private final Path file;
  private long position;

  AuditLog(Path file) {
    this.file = file;
  }

  /** Requests since the last call, such as {@code patch nodeops/status} → 12. */
  Map<String, Integer> next() {
    var calls = new TreeMap<String, Integer>();
    if (!Files.exists(file)) {
      return calls; // nobody has asked for anything yet
    }
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      var buffer = ByteBuffer.allocate(BUFFER);
      while (channel.position(position).read(buffer.clear()) > 0) {
        int end = lastLineEnd(buffer);
        if (end == 0) {
          return calls; // it is still being written
        }
        new String(buffer.array(), 0, end, StandardCharsets.UTF_8)
            .lines()
            .map(line -> Json.parse(file.toString(), line))
            .forEach(
                event -> calls.merge(what(JsonObject.of(file.toString(), event)), 1, Integer::sum));
        position += end;
      }
      return calls;
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  private static int lastLineEnd(ByteBuffer read) {
    int end = read.position();
    while (end > 0 && read.get(end - 1) != '\n') {
      end--;
    }
    return end;
  }

  private static String what(JsonObject event) {
    String verb = event.requiredText("verb");
    return event
        .object("objectRef")
        .flatMap(object -> object.text("resource").map(name -> verb + " " + name + sub(object)))
        .orElse(verb + " other");
  }

  private static String sub(JsonObject object) {
    return object.text("subresource").map(name -> "/" + name).orElse("");
  }
}
