package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageSourceTest {
  @ParameterizedTest
  @CsvSource({
    "oci:quay.io/kairos/debian:13, oci://quay.io/kairos/debian:13",
    "docker://debian, oci://docker.io/library/debian:latest",
    "debian:13, oci://docker.io/library/debian:13",
    "localhost:5000/a/b, oci://localhost:5000/a/b:latest",
    "dir:/x, dir:///x",
    "dir:///x, dir:///x",
    "dir://a/b, dir://a/b",
    "file:/disk.img, file:///disk.img",
    "ocifile:///image.tar, ocifile:///image.tar",
  })
  void readsWhatUsersWrite(String text, String canonical) {
    assertThat(ImageSource.parse(text)).hasToString(canonical);
    assertThat(ImageSource.parse(canonical)).isEqualTo(ImageSource.parse(text));
  }

  @Test
  void digestPinsAReference() {
    String digest = "sha256:" + "ab".repeat(32);

    ImageReference reference = ImageReference.parse("quay.io/kairos/debian@" + digest);

    assertThat(reference.tag()).isEmpty();
    assertThat(reference.digest()).contains(Digest.parse(digest).orElseThrow());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      value = {
        "dri:/x | did you mean 'dir'?",
        "http://host/image | one of oci, docker, dir, file, ocifile",
        "dir: | the image source names no path",
        "Debian:13 | 'Debian' is no part of a repository name",
        "debian@sha256:12 | what follows '@' is no sha256 digest",
        "debian:-x | '-x' is no tag",
      })
  void saysWhatIsWrong(String text, String expected) {
    assertThatThrownBy(() -> ImageSource.parse(text))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageStartingWith(text)
        .hasMessageContaining(expected);
  }
}
