package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FileNamesTest {
  @Test
  void onlyAUtf8LocaleSeesAllNames() {
    assertThatCode(() -> FileNames.requireUtf8("UTF-8")).doesNotThrowAnyException();
    assertThatThrownBy(() -> FileNames.requireUtf8("ANSI_X3.4-1968"))
        .hasMessageContaining("set LC_ALL=C.UTF-8");
  }
}
