package io.kairos.images;

import static io.kairos.images.TestImages.directory;
import static io.kairos.images.TestImages.file;
import static io.kairos.images.TestImages.hardLink;
import static io.kairos.images.TestImages.symlink;
import static io.kairos.images.TestImages.whiteout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.kairos.base.Bytes;
import io.kairos.base.Refused;
import io.kairos.images.TestImages.Member;
import io.kairos.images.TestImages.Stack;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives that try to reach beyond their root, or to exhaust who reads them. */
class HostileArchiveTest {
  @TempDir Path folder;

  private static Arguments attack(String expected, Member... members) {
    return arguments(expected, members);
  }

  static Stream<Arguments> attacks() {
    return Stream.of(
        attack("'../evil' its name climbs with '..'", file("../evil", "x")),
        attack("climbs with '..'", file("a/../../evil", "x")),
        attack("its name is absolute: /etc/passwd", file("/etc/passwd", "x")),
        attack(
            "leads through the symbolic link out -> /tmp of the same archive",
            symlink("out", "/tmp"),
            file("out/evil", "x")),
        attack(
            "leads through the symbolic link in -> a of the same archive",
            directory("a"),
            symlink("in", "a"),
            file("in/evil", "x")),
        attack(
            "leads through the symbolic link d -> /etc",
            directory("d"),
            symlink("d", "/etc"),
            file("d/passwd", "x")),
        attack("lies below a, which is no directory", file("a", "x"), file("a/b", "x")),
        attack("is a hard link to etc/shadow, which does not exist", hardLink("h", "etc/shadow")),
        attack("its target climbs with '..'", hardLink("h", "../../etc/shadow")),
        attack("its target is absolute", hardLink("h", "/etc/shadow")),
        attack(
            "is a hard link that leads through the symbolic link l",
            symlink("l", "/etc"),
            hardLink("h", "l/shadow")),
        attack("is a hard link to the directory d", directory("d"), hardLink("h", "d")),
        attack("is a hard link to itself", file("a", "x"), hardLink("a", "a")),
        attack("is a whiteout of '..'", whiteout("a/.wh..."), file("b", "")),
        attack("is a whiteout of ''", whiteout(".wh.")),
        attack("climbs with '..'", whiteout("../.wh.a")),
        attack("replaces the root", file(".", "x")),
        attack(
            "replaces a directory that the same archive has filled",
            file("d/a", "x"),
            symlink("d", "/etc")),
        attack("has a component longer than 255", file("n".repeat(256), "x")),
        attack("is longer than 4096", file("n/".repeat(2100) + "n", "x")));
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void isRefusedByNameAndLayerBeforeAnythingIsWritten(String expected, Member[] members) {
    Path layout = Stack.of(file("harmless", "")).layer(members).layout(folder);
    StoredImage image = OciLayout.open(layout).image();

    assertThatThrownBy(() -> Flattened.of(image))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("layer 2 (sha256:")
        .hasMessageContaining("entry '")
        .hasMessageContaining(expected)
        .hasMessageContaining("try: ");
  }

  @Test
  void linkOfALowerLayerThatLeadsOutsideIsNotFollowed() {
    Stack stack = Stack.of(symlink("out", "../../tmp")).layer(file("out/evil", "x"));

    assertThatThrownBy(() -> stack.flattened(folder))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("out -> ../../tmp, outside or nowhere");
  }

  @Test
  void absoluteLinkStaysInsideTheRootEvenWhenTheMachineHasItsTarget() {
    Stack stack = Stack.of(symlink("out", "/tmp")).layer(file("out/evil", "x"));

    assertThatThrownBy(() -> stack.flattened(folder))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("outside or nowhere");
  }

  @Test
  void truncatedArchiveIsRefused() throws Exception {
    byte[] whole = TestImages.tar(file("a", "x".repeat(5000)), file("b", "y"));
    Path tar = folder.resolve("cut.tar");
    for (int length : new int[] {100, 512, 700, 5632, 6144, 6700}) {
      Files.write(tar, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Flattened.ofTar(tar))
          .as("cut at %d", length)
          .isInstanceOf(Refused.class)
          .hasMessageContaining("truncated")
          .hasMessageContaining("cut.tar");
    }
  }

  @Test
  void truncatedGzipIsRefused() throws Exception {
    byte[] whole = gzip(TestImages.tar(file("a", "x".repeat(5000))));
    Path tar = folder.resolve("cut.tar.gz");
    Files.write(tar, Arrays.copyOf(whole, whole.length - 20));

    assertThatThrownBy(() -> Flattened.ofTar(tar))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("truncated");
  }

  @Test
  void garbageIsRefused() throws Exception {
    Path tar = folder.resolve("garbage.tar");
    Files.write(tar, "x".repeat(2000).getBytes(java.nio.charset.StandardCharsets.UTF_8));

    assertThatThrownBy(() -> Flattened.ofTar(tar))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("checksum");
  }

  @Test
  void bombStopsAtTheLimit() {
    Path layout = Stack.of(file("zeros", "0".repeat(4 << 20))).layout(folder);
    StoredImage image = OciLayout.open(layout).image();

    assertThatThrownBy(() -> Flattened.of(image, new ReadLimits(10, 20, Bytes.ofMib(1))))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("unpacks to more than 1048576 bytes");
  }

  @Test
  void numberOfEntriesIsLimited() {
    Path layout = Stack.of(file("a", ""), file("b", ""), file("c", "")).layout(folder);
    StoredImage image = OciLayout.open(layout).image();

    assertThatThrownBy(() -> Flattened.of(image, new ReadLimits(2, 20, Bytes.ofMib(1))))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("more than 2 entries");
  }

  @Test
  void lastOfSeveralEntriesOfOneNameCounts() {
    Flattened image = Stack.of(file("a", "first"), file("a", "last")).flattened(folder);

    assertThat(image.read("/a").orElseThrow()).asString().isEqualTo("last");
  }

  private static byte[] gzip(byte[] content) throws Exception {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }
}
