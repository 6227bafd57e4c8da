package io.kairos.agent.webui;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnsiHtmlTest {
  private static String of(String line) {
    return AnsiHtml.of(line.replace("ESC", "\u001b"));
  }

  @Test
  void markupOfTheLogIsText() {
    assertThat(of("<b onclick=\"x\">&amp;</b>"))
        .isEqualTo("&lt;b onclick=\"x\"&gt;&amp;amp;&lt;/b&gt;");
  }

  @Test
  void coloursAndBoldBecomeSpans() {
    assertThat(of("ESC[1;31merrorESC[0m: <disk>"))
        .isEqualTo(
            "<span style=\"font-weight: bold; color: #ff5555; \">error</span>: &lt;disk&gt;");
  }

  @ParameterizedTest
  @CsvSource({
    "30,#6272a4", "32,#50fa7b", "33,#f1fa8c", "34,#bd93f9", "35,#ff79c6", "36,#8be9fd",
    "37,#f8f8f2", "90,#6272a4", "91,#ff6e6e", "92,#69ff94", "93,#ffffa5", "94,#d6acff",
    "95,#ff92d0", "96,#a4ffff", "97,#ffffff"
  })
  void thePaletteIsTheOneThatPeopleKnow(int code, String colour) {
    assertThat(of("ESC[" + code + "mx"))
        .isEqualTo("<span style=\"color: " + colour + "; \">x</span>");
  }

  @Test
  void everySpanEndsWithItsLine() {
    assertThat(of("ESC[32maESC[1mb"))
        .isEqualTo(
            "<span style=\"color: #50fa7b; \">a<span style=\"font-weight: bold; \">b</span></span>");
    assertThat(of("ESC[mx")).isEqualTo("x");
  }

  @Test
  void otherEscapesAndControlCharactersLeaveNothing() {
    assertThat(of("ESC[2KESC[1;4HaESC]0;title\u0007bESC(Bc\b\rESC[4mdESC")).isEqualTo("abcd");
    assertThat(of("ESC[99999999999999mx")).isEqualTo("x");
  }
}
