package io.kairos.formats.qrcode;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QrCodeTest {
  private static final int SCALE = 4;

  /** What a camera makes of it, by another library. */
  @ParameterizedTest
  @ValueSource(strings = {"x", "token_CREDENTIALS_abcdefghij_CREDENTIALS_klmnopq", "é😀", "0123"})
  void whatIsPrintedIsWhatACameraReads(String text) throws Exception {
    assertThat(scanned(QrCode.of(text).orElseThrow().halfBlocks())).isEqualTo(text);
  }

  @Test
  void aTokenOfTwoThousandCharactersFits() throws Exception {
    String token = "QWxhZGRpbjpvcGVuIHNlc2FtZQ+/".repeat(72);
    assertThat(scanned(QrCode.of(token).orElseThrow().halfBlocks())).isEqualTo(token);
  }

  @Test
  void whatIsLongerThanAnyCodeHasNone() {
    assertThat(QrCode.of("é".repeat(2000))).isEmpty();
  }

  private static String scanned(String printed) throws Exception {
    List<String> rows =
        printed.lines().map(line -> line.replaceAll("\u001b\\[[0-9;]*m", "")).toList();
    int width = rows.getFirst().length();
    int height = rows.size() * 2;
    int[] pixels = new int[width * SCALE * height * SCALE];
    for (int y = 0; y < height * SCALE; y++) {
      for (int x = 0; x < width * SCALE; x++) {
        int row = y / SCALE;
        char half = rows.get(row / 2).charAt(x / SCALE);
        boolean isDark = half == '█' || half == (row % 2 == 0 ? '▀' : '▄');
        pixels[y * width * SCALE + x] = isDark ? 0 : 0xffffff;
      }
    }
    var image = new RGBLuminanceSource(width * SCALE, height * SCALE, pixels);
    return new QRCodeReader()
        .decode(
            new BinaryBitmap(new HybridBinarizer(image)),
            Map.of(
                DecodeHintType.POSSIBLE_FORMATS,
                List.of(BarcodeFormat.QR_CODE),
                DecodeHintType.CHARACTER_SET,
                "UTF-8"))
        .getText();
  }
}
