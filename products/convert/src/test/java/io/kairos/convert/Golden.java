package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts that are reviewed like code; {@code -Dgolden.update} rewrites them. */
final class Golden {
  private static final Path HOME = Path.of("src/test/resources/io/kairos/convert/golden");

  private Golden() {}

  static void assertMatches(String name, String actual) throws IOException {
    Path file = HOME.resolve(name);
    if (System.getProperty("golden.update") != null) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, actual);
    }
    assertThat(actual).as(file.toString()).isEqualTo(Files.readString(file));
  }
}
