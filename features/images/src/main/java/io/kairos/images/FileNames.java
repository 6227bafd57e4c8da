package io.kairos.images;

import io.kairos.base.HostFailure;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Images have file names beyond ASCII, which the JDK only sees where the locale is UTF-8. */
final class FileNames {
  private FileNames() {}

  static void requireUtf8() {
    requireUtf8(System.getProperty("sun.jnu.encoding", "UTF-8"));
  }

  static void requireUtf8(String encoding) {
    if (!Charset.isSupported(encoding)
        || !Charset.forName(encoding).equals(StandardCharsets.UTF_8)) {
      throw HostFailure.withRemedy(
          "file names beyond ASCII cannot be read here: the locale's encoding is " + encoding,
          "set LC_ALL=C.UTF-8");
    }
  }
}
