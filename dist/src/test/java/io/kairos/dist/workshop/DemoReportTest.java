package io.kairos.dist.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.Bytes;
import io.kairos.host.Output;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoReportTest {
  private static final NodeCheck READ_ONLY =
      NodeCheck.failsSaying("/usr cannot be written", "touch /usr/x", "Read-only file system");

  @Test
  void itShowsStepsArtifactsChecksAndWhereToGoOn() {
    var report =
        new DemoReport(
            List.of(
                new Timeline.Entry("node runtime", Duration.ZERO, true),
                new Timeline.Entry("install", Duration.ofSeconds(65), false)),
            List.of(
                new Artifact(
                    "ISO", Path.of("/w/a.iso"), Bytes.ofMib(700), "sha256:0123456789abcdef0123")),
            List.of(
                READ_ONLY.judge(new Output(1, "", "touch: /usr/x: Read-only file system\n")),
                READ_ONLY.judge(new Output(0, "", ""))),
            List.of("ssh kairos@node"));
    assertThat(report.isGood()).isFalse();
    assertThat(report.render())
        .isEqualTo(
            """

            Steps
              node runtime  reused
              install       1 min 5 s
              total 1 min 5 s

            Artifacts
              ISO  700.0 MiB  sha256:0123456789ab  /w/a.iso

            Checked on the node
              ok      /usr cannot be written  touch: /usr/x: Read-only file system
              FAILED  /usr cannot be written

            Look around
              ssh kairos@node
            """);
  }
}
