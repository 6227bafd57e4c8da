package io.kairos.dist.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import org.junit.jupiter.api.Test;

class EmbeddedPathTest {
  private static final EmbeddedPath LOCALE =
      EmbeddedPath.parse("libc.so.6  /usr/lib/locale  /usr/lib/kairos");

  @Test
  void redirectsEveryOccurrenceAndMovesNothing() {
    byte[] library = "a\0/usr/lib/locale\0/usr/lib/locale/archive\0b".getBytes(US_ASCII);
    LOCALE.redirectIn(library);
    assertThat(new String(library, US_ASCII))
        .isEqualTo("a\0/usr/lib/kairos\0/usr/lib/kairos/archive\0b");
  }

  @Test
  void refusesALibraryItDoesNotKnow() {
    assertThatThrownBy(() -> LOCALE.redirectIn("musl".getBytes(US_ASCII)))
        .isInstanceOf(HostFailure.class)
        .hasMessage("the C library of this machine does not know /usr/lib/locale in libc.so.6");
  }

  @Test
  void aReplacementOfAnotherLengthIsABug() {
    assertThatThrownBy(() -> new EmbeddedPath("libc.so.6", "/usr/lib/locale", "/usr/lib"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
