package io.kairos.dist.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.dist.cli.Console;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SerialWatchTest {
  @Test
  void stepsAreShownAndWhatAnEarlierMachineSaidIsNot(@TempDir Path folder) throws Exception {
    Path log = Files.writeString(folder.resolve("serial.log"), said(1, "of an earlier machine"));
    var shown = new PipedInputStream();
    var out = new PrintStream(new PipedOutputStream(shown), true, StandardCharsets.UTF_8);

    try (var watch = SerialWatch.of(log, new Console(out, out, false), false)) {
      assertThat(watch).isNotNull();
      assertThat(log).doesNotExist();
      Files.writeString(log, "noise\n" + said(2, "of this one"));

      var lines = new BufferedReader(new InputStreamReader(shown, StandardCharsets.UTF_8));
      assertThat(lines.readLine()).endsWith("[ 2/44] of this one");
    }
  }

  private static String said(int number, String step) {
    return "[  100.5] kairos-agent[812]: [%2d/44] %s\n".formatted(number, step);
  }
}
