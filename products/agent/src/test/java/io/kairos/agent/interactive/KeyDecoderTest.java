package io.kairos.agent.interactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.agent.interactive.Key.Named;
import io.kairos.agent.interactive.View.Typing;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyDecoderTest {
  private static List<Key> keys(String octets) throws IOException {
    var in = new ByteArrayInputStream(octets.getBytes(StandardCharsets.UTF_8));
    var decoder = new KeyDecoder(in, () -> in.available() > 0);
    List<Key> keys = new ArrayList<>();
    for (Optional<Key> key = decoder.next(); key.isPresent(); key = decoder.next()) {
      keys.add(key.get());
    }
    return keys;
  }

  @Test
  void arrowsOfBothModes() throws IOException {
    assertThat(keys("\u001b[A\u001b[B\u001bOC\u001bOD\u001b[1;5A"))
        .containsExactly(Named.UP, Named.DOWN, Named.RIGHT, Named.LEFT, Named.UP);
  }

  @Test
  void anEscapeAloneIsTheKey() throws IOException {
    assertThat(keys("a\u001b")).containsExactly(Key.Sign.of('a'), Named.BACK);
  }

  @Test
  void keysOfEveryTerminal() throws IOException {
    assertThat(keys("\r\n\t\b\u007f\u0003"))
        .containsExactly(
            Named.ENTER, Named.ENTER, Named.TAB, Named.BACKSPACE, Named.BACKSPACE, Named.INTERRUPT);
  }

  @Test
  void signsMayHaveSeveralOctets() throws IOException {
    assertThat(keys("ä€😀"))
        .containsExactly(new Key.Sign('ä'), new Key.Sign('€'), new Key.Sign("😀".codePointAt(0)));
  }

  @Test
  void whatMeansNothingIsPassedOver() throws IOException {
    assertThat(keys("\u001b[5~\u001bx\u0001b")).containsExactly(Key.Sign.of('b'));
  }

  @Test
  void wholeLinesMeanTheSame() {
    assertThat(LineFace.keys("", Typing.NUMBER)).containsExactly(new Key.Text(""));
    assertThat(LineFace.keys("", Typing.ENTER)).containsExactly(Named.ENTER);
    assertThat(LineFace.keys(" 2 ", Typing.NUMBER)).containsExactly(new Key.Item(1));
    assertThat(LineFace.keys("b", Typing.NUMBER)).containsExactly(Named.BACK);
    assertThat(LineFace.keys("quit", Typing.ENTER)).containsExactly(Key.Sign.of('q'));
    assertThat(LineFace.keys("b", Typing.TEXT)).containsExactly(new Key.Text("b"), Named.ENTER);
    assertThat(LineFace.keys("<", Typing.TEXT)).containsExactly(Named.BACK);
    assertThat(LineFace.keys(" p w ", Typing.SECRET))
        .containsExactly(new Key.Text(" p w "), Named.ENTER);
  }
}
