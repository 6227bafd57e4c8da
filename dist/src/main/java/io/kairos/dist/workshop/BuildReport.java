package io.kairos.dist.workshop;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells whoever started a command which files it made: JSON lines with {@code file}, {@code size}
 * in octets and {@code sha256}, at the end of the file that {@code KAIROS_REPORT} names. In a pod
 * that is the termination message, which the operator reads.
 */
record BuildReport(Optional<Path> to) {
  static final String VARIABLE = "KAIROS_REPORT";

  static BuildReport of(Map<String, String> environment) {
    return new BuildReport(
        Optional.ofNullable(environment.get(VARIABLE))
            .filter(path -> !path.isEmpty())
            .map(Path::of));
  }

  void add(Path file, Bytes size, String sha256) {
    if (to.isEmpty()) {
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("file", file.getFileName().toString());
    line.put("size", size.count());
    line.put("sha256", sha256);
    try {
      Files.writeString(
          to.get(), Json.write(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new HostFailure("cannot report to " + to.get(), e);
    }
  }
}
