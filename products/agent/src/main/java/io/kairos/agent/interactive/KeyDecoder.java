package io.kairos.agent.interactive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Keys of the octets that a terminal sends: UTF-8, and the sequences of VT100 and its heirs. */
final class KeyDecoder {
  private static final int ESCAPE = 0x1b;
  private static final int DELETE = 0x7f;
  private static final int CTRL_C = 3;
  private static final int CTRL_H = 8;

  /** Says whether an octet follows at once, as it does within a sequence. */
  @FunctionalInterface
  interface Follow {
    boolean isThere() throws IOException;
  }

  private final InputStream in;
  private final Follow follow;

  KeyDecoder(InputStream in, Follow follow) {
    this.in = in;
    this.follow = follow;
  }

  /** Empty at the end of the line. Sequences that mean nothing here are passed over. */
  Optional<Key> next() throws IOException {
    for (int octet = in.read(); octet >= 0; octet = in.read()) {
      Optional<Key> key =
          switch (octet) {
            case ESCAPE -> escape();
            case '\r', '\n' -> Optional.of(Key.Named.ENTER);
            case '\t' -> Optional.of(Key.Named.TAB);
            case DELETE, CTRL_H -> Optional.of(Key.Named.BACKSPACE);
            case CTRL_C -> Optional.of(Key.Named.INTERRUPT);
            default -> octet < ' ' ? Optional.empty() : sign(octet);
          };
      if (key.isPresent()) {
        return key;
      }
    }
    return Optional.empty();
  }

  /** The key itself, when nothing follows. */
  private Optional<Key> escape() throws IOException {
    if (!follow.isThere()) {
      return Optional.of(Key.Named.BACK);
    }
    int kind = in.read();
    if (kind != '[' && kind != 'O') {
      return Optional.empty();
    }
    int end = in.read();
    while (end >= ' ' && end < '@') { // parameters
      end = in.read();
    }
    return switch (end) {
      case 'A' -> Optional.of(Key.Named.UP);
      case 'B' -> Optional.of(Key.Named.DOWN);
      case 'C' -> Optional.of(Key.Named.RIGHT);
      case 'D' -> Optional.of(Key.Named.LEFT);
      default -> Optional.empty();
    };
  }

  private Optional<Key> sign(int first) throws IOException {
    int length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    byte[] octets = new byte[length];
    octets[0] = (byte) first;
    int read = length == 1 ? 0 : in.readNBytes(octets, 1, length - 1);
    String text = new String(Arrays.copyOf(octets, read + 1), StandardCharsets.UTF_8);
    return Optional.<Key>of(new Key.Sign(text.codePointAt(0)))
        .filter(_ -> Character.isDefined(text.codePointAt(0)) && text.codePointAt(0) != '\ufffd');
  }
}
