package io.kairos.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The tables of docs/compatibility-assertions name tests that exist, and leave out no assertion and
 * no defect of the reference (config and stages, 7 and 8).
 */
class AssertionsTest {
  private static final int LAST = 160;

  /** Tables whose numbers are those of the reference for Kubernetes. */
  private static final Set<String> OTHER_REFERENCE = Set.of("operator.md", "osartifact.md");

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

  @Test
  void everyAssertionHasARowThatNamesATestOrSaysWhyNot() throws IOException {
    var missing = new TreeSet<Integer>();
    for (int number = 1; number <= LAST; number++) {
      missing.add(number);
    }
    for (Path table : tables()) {
      for (String[] cells : rows(table)) {
        if (cells[0].matches("[0-9][0-9, –]*")) {
          assertThat(String.join(" ", cells)).as("%s", table).containsPattern(NAMED);
          if (!OTHER_REFERENCE.contains(table.getFileName().toString())) {
            numbers(cells[0]).forEach(missing::remove);
          }
        }
      }
    }
    assertThat(missing).as("assertions without a row").isEmpty();
  }

  @Test
  void everyDefectHasATestOrTheReasonWhyItIsKept() throws IOException {
    Path table = ROOT.resolve("docs/compatibility-assertions/defects.md");
    List<String[]> defects =
        rows(table).stream().filter(cells -> !cells[0].equals("defect")).toList();
    assertThat(defects).hasSizeGreaterThan(70);
    assertThat(defects)
        .allSatisfy(
            cells -> {
              assertThat(cells).hasSize(2);
              assertThat(cells[1]).containsPattern("`[\\w.]*#\\w+`|^kept|^not there yet: ");
            });
  }

  /** The cells of each row of the tables of a page, without their headers' rules. */
  private static List<String[]> rows(Path table) throws IOException {
    return Files.readString(table)
        .lines()
        .filter(line -> line.startsWith("| "))
        .map(line -> line.substring(1, line.lastIndexOf('|')).strip().split("\\s*(?<!\\\\)\\|\\s*"))
        .toList();
  }

  /** {@code 5–8, 11}. */
  private static List<Integer> numbers(String cell) {
    List<Integer> numbers = new ArrayList<>();
    for (String part : cell.split(",")) {
      String[] ends = part.strip().split("–");
      for (int n = Integer.parseInt(ends[0]); n <= Integer.parseInt(ends[ends.length - 1]); n++) {
        numbers.add(n);
      }
    }
    return numbers;
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
