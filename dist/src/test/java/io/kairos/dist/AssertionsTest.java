package io.kairos.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of assertions name tests that exist. */
class AssertionsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** {@code Class#method}, {@code package.Class#method}, or {@code #method} of the class before. */
  private static final Pattern NAMED = Pattern.compile("`([\\w.]*)#(\\w+)`");

  @Test
  void everyNamedTestExists() throws IOException {
    Map<String, String> sources = testSources();
    var named = new ArrayList<String>();
    for (Path table : tables()) {
      String type = "";
      Matcher test = NAMED.matcher(Files.readString(table));
      while (test.find()) {
        type = test.group(1).isEmpty() ? type : test.group(1).replaceFirst(".*\\.", "");
        named.add(type + "#" + test.group(2));
        assertThat(sources.getOrDefault(type, ""))
            .as("%s: %s#%s", table, type, test.group(2))
            .contains(" " + test.group(2) + "(");
      }
    }
    assertThat(named).hasSizeGreaterThan(100);
  }

  private static List<Path> tables() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("docs/compatibility-assertions"))) {
      return files.sorted().toList();
    }
  }

  /** Text of each test class by its name. */
  private static Map<String, String> testSources() throws IOException {
    var sources = new HashMap<String, String>();
    try (Stream<Path> files =
        Files.find(
            ROOT,
            20,
            (file, attributes) ->
                file.toString().endsWith(".java") && file.toString().contains("/src/test/java/"))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        sources.merge(name.substring(0, name.length() - 5), Files.readString(file), String::concat);
      }
    }
    return sources;
  }
}
