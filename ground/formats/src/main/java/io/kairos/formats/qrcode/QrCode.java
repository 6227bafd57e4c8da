package io.kairos.formats.qrcode;

import io.nayuki.qrcodegen.DataTooLongException;
import java.util.Optional;

/** A text as a QR code that survives the loss of 15 % of it (level M). */
public final class QrCode {
  /** ISO/IEC 18004, 5.3.8: as wide as four modules. */
  private static final int QUIET_ZONE = 4;

  /** Black on white, whatever the colours of the terminal (ECMA-48, SGR). */
  private static final String INK = "\u001b[30;47m";

  private static final String PLAIN = "\u001b[0m";

  private final io.nayuki.qrcodegen.QrCode code;

  private QrCode(io.nayuki.qrcodegen.QrCode code) {
    this.code = code;
  }

  /**
   * @return empty when the text is longer than any code
   */
  public static Optional<QrCode> of(String text) {
    try {
      return Optional.of(
          new QrCode(
              io.nayuki.qrcodegen.QrCode.encodeText(text, io.nayuki.qrcodegen.QrCode.Ecc.MEDIUM)));
    } catch (DataTooLongException e) {
      return Optional.empty();
    }
  }

  /** Modules in a row, without the quiet zone. */
  public int size() {
    return code.size;
  }

  /** Whether a module is dark; outside of the code none is. */
  public boolean isDark(int column, int row) {
    return code.getModule(column, row);
  }

  /** For a terminal: each character shows two modules, one above the other. */
  public String halfBlocks() {
    var text = new StringBuilder();
    for (int row = -QUIET_ZONE; row < code.size + QUIET_ZONE; row += 2) {
      text.append(INK);
      for (int column = -QUIET_ZONE; column < code.size + QUIET_ZONE; column++) {
        text.append(half(isDark(column, row), isDark(column, row + 1)));
      }
      text.append(PLAIN).append('\n');
    }
    return text.toString();
  }

  private static char half(boolean isUpper, boolean isLower) {
    if (isUpper) {
      return isLower ? '█' : '▀';
    }
    return isLower ? '▄' : ' ';
  }
}
