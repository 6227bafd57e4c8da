package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.images.ReleaseTags.Release;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReleaseTagsTest {
  private static final String STANDARD = "leap-15.5-standard-amd64-generic-";

  private final List<String> tags = new ArrayList<>();

  @BeforeEach
  void tagsOfARepository() throws IOException {
    try (var in = ReleaseTagsTest.class.getResourceAsStream("tags.txt")) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(tags::add);
    }
    Collections.shuffle(tags, new Random(7)); // registries have an order of their own
  }

  private static ReleaseTags node(String variant, String version, String software) {
    return new ReleaseTags(
        new ArtifactName(
            "opensuse",
            "leap-15.5",
            variant,
            "amd64",
            "generic",
            version,
            software.isEmpty() ? "" : "k3s",
            software));
  }

  private static List<String> brief(List<Release> releases) {
    return releases.stream()
        .map(Release::tag)
        .map(tag -> tag.replaceFirst("^leap-15\\.5-(standard|core)-amd64-generic-", ""))
        .toList();
  }

  @Test
  void newerAreHigherVersionsAndTheSameWithNewerKubernetes() {
    assertThat(brief(node("standard", "v2.4.2", "v1.27.6+k3s1").newer(tags, false)))
        .containsExactly(
            "v2.10.0-k3sv1.28.6-k3s1",
            "v2.4.3-k3sv1.28.6-k3s1",
            "v2.4.3-k3sv1.26.9-k3s1",
            "v2.4.2-k3sv1.28.2-k3s1",
            "v2.4.2-k3sv1.27.6-k3s3");
  }

  @Test
  void ofAReleaseCandidateTheReleaseIsNewer() {
    assertThat(brief(node("standard", "v2.4.2-rc2", "v1.27.6+k3s1").newer(tags, true)))
        .contains("v2.4.2-k3sv1.27.6-k3s1")
        .doesNotContain("v2.4.2-rc1-k3sv1.26.10-k3s1", "v2.4.2-rc2-k3sv1.27.6-k3s1");
  }

  @Test
  void withoutKubernetesTheVersionAloneCounts() {
    ReleaseTags node = node("core", "v2.4.2", "");
    assertThat(brief(node.newer(tags, false))).containsExactly("v2.5.0", "v2.4.10", "v2.4.3");
    assertThat(brief(node.newer(tags, true)))
        .containsExactly("v2.5.0", "v2.5.0-rc1", "v2.4.10", "v2.4.3");
    assertThat(brief(node.others(tags, true)))
        .containsExactly("v2.5.0", "v2.5.0-rc1", "v2.4.10", "v2.4.3", "v2.4.2-rc1");
  }

  @Test
  void othersAreAllButTheOwnNewestFirst() {
    assertThat(brief(node("standard", "v2.4.2", "v1.27.6+k3s1").others(tags, true)))
        .containsExactly(
            "v2.10.0-k3sv1.28.6-k3s1",
            "v2.4.3-k3sv1.28.6-k3s1",
            "v2.4.3-k3sv1.26.9-k3s1",
            "v2.4.3",
            "v2.4.2-k3sv1.28.2-k3s1",
            "v2.4.2-k3sv1.27.6-k3s3",
            "v2.4.2-rc2-k3sv1.27.6-k3s1",
            "v2.4.2-rc1-k3sv1.26.10-k3s1",
            "v2.4.2-rc1-k3sv1.26.9-k3s1",
            "vnext-k3sv1.28.6-k3s1");
  }

  @Test
  void preReleasesAreThoseOfKairosAndImagesWithoutKubernetesAreNothingForNodesWithIt() {
    assertThat(brief(node("standard", "v2.4.2", "v1.27.6+k3s1").others(tags, false)))
        .contains("v2.4.2-k3sv1.27.6-k3s3")
        .doesNotContain("v2.4.3", "v2.4.2-rc2-k3sv1.27.6-k3s1");
  }

  @ParameterizedTest
  @CsvSource({
    "v2.4.3-k3sv1.28.6-k3s1, v2.4.3, v1.28.6-k3s1",
    "v2.4.3-rc1-k3sv1.28.6-k3s1, v2.4.3-rc1, v1.28.6-k3s1",
    "v2.4.3, v2.4.3,",
    "v2.4.3-k0sv1.28.6-k0s.0, v2.4.3-k0sv1.28.6-k0s.0,",
  })
  void aTagIsReadBesideTheOwnName(String rest, String version, String software) {
    assertThat(node("standard", "v1.0.0", "v1.1.1+k3s1").read(STANDARD + rest))
        .contains(new Release(STANDARD + rest, version, Optional.ofNullable(software)));
  }

  @Test
  void theOwnVersionIsNoPattern() {
    assertThat(
            node("standard", "v2.4.2", "v1.27.6+k3s1").read("leap-15x5-standard-amd64-generic-v1"))
        .isEmpty();
  }

  @Test
  void aNodeThatDoesNotKnowItselfIsTold() {
    assertThatThrownBy(() -> node("standard", "", "")).isInstanceOf(InvalidConfig.class);
  }
}
