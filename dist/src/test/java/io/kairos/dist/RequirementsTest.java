package io.kairos.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import io.kairos.host.linux.LinuxHost;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequirementsTest {
  private static final Requirements SAMPLE =
      Requirements.parse(
          """
          # a comment
          build\tsh\tdash\truns the launcher
          demo,test\tno-such-tool\tsome-package\tdoes something
          test\t/no/such/file\tother-package\tknows something
          test?\tno-such-peer\tpeer-package\tis only useful
          """);

  @Test
  void everyEntryOfTheFileIsComplete() {
    assertThat(Requirements.read().entries())
        .isNotEmpty()
        .allSatisfy(
            entry -> {
              assertThat(entry.commands()).isNotEmpty();
              assertThat(entry.debianPackage()).matches("[a-z0-9][a-z0-9.+-]+");
              assertThat(entry.why()).isNotBlank();
            });
  }

  @Test
  void aCommandMissesWhatItNeedsAlone() {
    assertThat(SAMPLE.missing("demo", LinuxHost.here()))
        .extracting(Requirements.Requirement::tool)
        .containsExactly("no-such-tool");
    assertThat(SAMPLE.missing("version", LinuxHost.here())).isEqualTo(List.of());
  }

  @Test
  void theErrorNamesToolsReasonsAndPackages() {
    assertThatThrownBy(() -> SAMPLE.check("test", LinuxHost.here()))
        .isInstanceOf(Refused.class)
        .hasMessage(
            "'test' needs what this machine does not have: no-such-tool (does something), "
                + "/no/such/file (knows something)\n"
                + "  try: apt-get install other-package some-package");
  }
}
