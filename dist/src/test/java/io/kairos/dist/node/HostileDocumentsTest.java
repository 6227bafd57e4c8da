package io.kairos.dist.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Documents that somebody made to fill the memory, read by a process with as much of it as a node
 * gives (kairos.sh).
 */
class HostileDocumentsTest {
  private static final String HEAP = "-Xmx256m";

  @TempDir Path folder;
  private final List<String> files = new ArrayList<>();

  private void document(String name, String begin, String piece, int times) throws IOException {
    Path file = folder.resolve(name + ".yaml");
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write(begin);
      for (int i = 0; i < times; i++) {
        out.write(piece.replace("%", Integer.toString(i)));
      }
    }
    files.add(file.toString());
  }

  private void aliases() throws IOException {
    document("aliases", "a0: &a0 [x, x, x, x, x, x, x, x, x]\n", "", 0);
    try (Writer out =
        Files.newBufferedWriter(Path.of(files.getLast()), StandardOpenOption.APPEND)) {
      for (int i = 1; i < 30; i++) {
        String before = String.join(", ", Collections.nCopies(9, "*a" + (i - 1)));
        out.write("a" + i + ": &a" + i + " [" + before + "]\n");
      }
    }
  }

  @Test
  void eachIsRefusedWithItsReasonAndNothingBreaks() throws Exception {
    document("text-of-100-mb", "a: '", "x".repeat(1000), 100_000);
    document("block-of-100-mb", "a: |\n", "  " + "x".repeat(97) + "\n", 1_000_000);
    document("text-of-10-mb", "a: ", "x".repeat(1000), 10_000);
    document("lists-in-lists", "a: ", "[", 1_000_000);
    document("maps-in-maps", "", "{a: ", 500_000);
    document("many-keys", "", "k%: {}\n", 400_000);
    document("many-items", "", "- x\n", 900_000);
    aliases();
    Path log = folder.resolve("log");
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                NodeMain.class.getName(),
                "yip"));
    words.addAll(files);
    Process yip =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(yip.waitFor(5, TimeUnit.MINUTES)).as("it ends").isTrue();
    String told = Files.readString(log);
    assertThat(yip.exitValue()).as(told).isEqualTo(1);
    assertThat(told).doesNotContain("OutOfMemory", "StackOverflow", "\tat ");
    assertThat(files).allSatisfy(file -> assertThat(told).contains("error: " + file));
  }
}
