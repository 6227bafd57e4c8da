package io.kairos.formats.dotenv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DotEnvTest {
  @Test
  void quotesExportsCommentsAndVariablesAreUnderstood() {
    var env =
        DotEnv.parse(
            """
            # a comment
            export A=one
            B="two \\"$A\\" \\$A"   # behind
            C='three $A'
            D=four # behind
            E: five
            F="x
            y"
            not an assignment
            G=
            H=${A}/b
            """);
    assertThat(env.variables())
        .containsEntry("A", "one")
        .containsEntry("B", "two \"one\" $A")
        .containsEntry("C", "three $A")
        .containsEntry("D", "four")
        .containsEntry("E", "five")
        .containsEntry("F", "x\ny")
        .containsEntry("G", "")
        .containsEntry("H", "one/b")
        .hasSize(8);
  }

  @Test
  void whatIsWrittenIsSortedAndReadsBackTheSame() {
    var env = new DotEnv(Map.of("Z", "1", "A", "a \"b\" $c `d` !e \\f\ng", "M", "0644", "N", "-3"));
    assertThat(env.render())
        .isEqualTo("A=\"a \\\"b\\\" \\$c \\`d\\` \\!e \\\\f\\ng\"\nM=\"0644\"\nN=-3\nZ=1\n");
    assertThat(DotEnv.parse(env.render()).variables()).isEqualTo(env.variables());
  }

  @Test
  void laterVariablesWinWhenFilesAreMerged() {
    var env = DotEnv.parse("RW_PATHS=\"/var /etc\"\nOVERLAY=tmpfs:25%\n");
    assertThat(env.merged(DotEnv.parse("OVERLAY=LABEL=x")).get("OVERLAY")).contains("LABEL=x");
    assertThat(env.list("RW_PATHS")).containsExactly("/var", "/etc");
    assertThat(env.list("VOLUMES")).isEmpty();
  }
}
