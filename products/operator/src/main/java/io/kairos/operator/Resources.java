package io.kairos.operator;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Scripts and manifests that lie beside the classes of this module. */
public final class Resources {
  private Resources() {}

  /** The text of a file beside {@code neighbour}. */
  public static String text(Class<?> neighbour, String name) {
    try (var in = neighbour.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + name + " beside " + neighbour);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new HostFailure("cannot read resource " + name, e);
    }
  }
}
