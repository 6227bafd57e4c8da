package io.kairos.operator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors are those of the reference, 2.3. */
class NamesTest {
  @ParameterizedTest
  @CsvSource({
    "kairos-upgrade-localhost, 57, kairos-upgrade-localhost",
    "kairos-upgrade-ip-10-0-12-34.eu-central-1.compute.internal, 57,"
        + " kairos-upgrade-ip-10-0-12-34.eu-central-1.co-673dd3bd567e",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, 57,"
        + " aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, 57,"
        + " aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-598a38a9e329",
    "kairos-node-labeler-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn, 63,"
        + " kairos-node-labeler-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
    "kairos-node-labeler-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn, 63,"
        + " kairos-node-labeler-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn-62072c32d909",
    "my-very-long-nodeop-name-that-goes-on-and-on-reboot, 57,"
        + " my-very-long-nodeop-name-that-goes-on-and-on-a777d163c3bd",
    "my-very-long-nodeop-name-that-goes-on-and-on-preflight, 57,"
        + " my-very-long-nodeop-name-that-goes-on-and-on-7e94e4ea6f4c"
  })
  void namesAreShortenedAsUpstreamShortensThem(String name, int limit, String shortened) {
    assertThat(Names.shortened(name, limit)).isEqualTo(shortened);
  }

  @Test
  void fnv1aHasItsPublishedValue() {
    assertThat(Long.toHexString(Names.fnv1a("a"))).isEqualTo("af63dc4c8601ec8c");
  }

  @Test
  void aBeginningThatEndsWithADotIsCutFurther() {
    String name = "a".repeat(43) + ".bcdefghijklmnop";
    assertThat(Names.shortened(name, 57)).startsWith("a".repeat(43) + "-").doesNotContain(".");
  }

  @Test
  void theSameKeyGivesTheSameNameInTheAlphabetOfKubernetes() {
    String name = Names.deterministic("fix-dns-edge-1", "uid/edge-1/1");
    assertThat(name)
        .matches("fix-dns-edge-1-[bcdfghjklmnpqrstvwxz2456789]{5}")
        .isEqualTo(Names.deterministic("fix-dns-edge-1", "uid/edge-1/1"))
        .isNotEqualTo(Names.deterministic("fix-dns-edge-1", "uid/edge-1/2"));
  }

  @Test
  void labelValuesLongerThan63AreShortened() {
    assertThat(Names.labelValue("n".repeat(63))).isEqualTo("n".repeat(63));
    assertThat(Names.labelValue("n".repeat(64))).hasSize(63);
  }
}
