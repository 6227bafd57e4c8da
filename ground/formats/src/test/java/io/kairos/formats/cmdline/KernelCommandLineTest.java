package io.kairos.formats.cmdline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelCommandLineTest {
  @Test
  void doubleQuotesKeepBlanksTogetherAndSingleQuotesMeanNothing() {
    var line = KernelCommandLine.parse("a=\"x y\" \"b=c d\" e='f g'\n");
    assertThat(line.value("a")).contains("x y");
    assertThat(line.value("b")).contains("c d");
    assertThat(line.value("e")).contains("'f");
    assertThat(line.has("g'")).isTrue();
  }

  @Test
  void aKeyMatchesExactly() {
    var line = KernelCommandLine.parse("rd.immucore.debugrw ro");
    assertThat(line.hasRd("debugrw")).isTrue();
    assertThat(line.hasRd("debug")).isFalse();
    assertThat(line.value("ro")).contains("");
    assertThat(line.value("rw")).isEmpty();
  }

  @Test
  void theNewFamilyWinsAndWithinAFamilyTheFirst() {
    var line =
        KernelCommandLine.parse(
            "rd.cos.oemlabel=A rd.immucore.oemlabel=B rd.immucore.oemlabel=C"
                + " rd.cos.mount=LABEL=X:/x rd.cos.mount=LABEL=Y:/y rd.cos.overlay=");
    assertThat(line.rd("oemlabel")).contains("B");
    assertThat(line.rdAll("mount")).containsExactly("LABEL=X:/x", "LABEL=Y:/y");
    assertThat(line.rd("overlay")).isEmpty();
  }

  @Test
  void bootStateWordsCountAnywhere() {
    var line = KernelCommandLine.parse("root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img");
    assertThat(line.mentions("COS_ACTIVE")).isTrue();
    assertThat(line.value("root")).contains("LABEL=COS_ACTIVE");
  }

  @Test
  void shellWordsHonourBothQuotesAndCommentsOnlyAtTheBeginningOfAWord() {
    assertThat(ShellWords.split("a='x y' b=\"c d\"e f#g h\\ i # rest").words())
        .containsExactly("a=x y", "b=c de", "f#g", "h i");
    assertThat(ShellWords.split("a 'b").isComplete()).isFalse();
    assertThat(ShellWords.split("a ''").words()).containsExactly("a", "");
  }
}
