package io.kairos.dist.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestReportTest {
  private static final String UNIT =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuite name="io.kairos.base.BytesTest" time="0.5" tests="3" errors="1" skipped="1" failures="0">
        <properties><property name="a" value="b"/></properties>
        <testcase name="adds" classname="io.kairos.base.BytesTest" time="0.1"/>
        <testcase name="breaks" classname="io.kairos.base.BytesTest" time="0.1">
          <error message="boom&#10;second line" type="x">stack</error>
        </testcase>
        <testcase name="needsRoot" classname="io.kairos.base.BytesTest" time="0">
          <skipped message="not root"/>
        </testcase>
      </testsuite>
      """;

  private static final String JOURNEY =
      """
      <testsuite name="io.kairos.e2e.InstalledNodeIT" time="300" tests="1">
        <testcase name="boots" classname="io.kairos.e2e.InstalledNodeIT" time="300"/>
      </testsuite>
      """;

  private static void write(Path root, String file, String content) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }

  @Test
  void theSumCountsEveryModuleAndBothPlugins(@TempDir Path root) throws IOException {
    write(root, "ground/base/target/surefire-reports/TEST-a.xml", UNIT);
    write(root, "test/e2e/target/failsafe-reports/TEST-b.xml", JOURNEY);
    write(root, "test/e2e/target/failsafe-reports/failsafe-summary.xml", "<other/>");

    assertThat(TestReport.read(root).render())
        .isEqualTo(
            """
            failed   io.kairos.base.BytesTest.breaks: boom
                second line
            skipped  io.kairos.base.BytesTest.needsRoot: not root
            2 passed, 1 failed, 1 skipped
            """);
  }

  @Test
  void theReasonOfAFailedAssumptionIsFoundInTheText(@TempDir Path root) throws IOException {
    write(
        root,
        "dist/target/surefire-reports/TEST-c.xml",
        """
        <testsuite name="io.kairos.dist.LauncherTest" time="0" tests="1">
          <testcase name="needsNoJdk" time="0">
            <skipped type="org.opentest4j.TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: a JDK 25 is there
        \tat org.junit.jupiter.api.Assumptions.assumeTrue(Assumptions.java:127)]]></skipped>
          </testcase>
        </testsuite>
        """);
    assertThat(TestReport.read(root).render())
        .contains("skipped  io.kairos.dist.LauncherTest.needsNoJdk: a JDK 25 is there\n");
  }

  @Test
  void earlierRunsAreForgotten(@TempDir Path root) throws IOException {
    write(root, "ground/base/target/surefire-reports/TEST-a.xml", UNIT);
    TestReport.clear(root);
    assertThat(TestReport.read(root).closingLine()).isEqualTo("0 passed, 0 failed, 0 skipped");
  }
}
