package io.kairos.e2e;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Files beside the tests. */
final class Beside {
  private Beside() {}

  /**
   * @param name below the folder of this package
   */
  static String text(String name) {
    try (InputStream in = Objects.requireNonNull(Beside.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + name, e);
    }
  }
}
