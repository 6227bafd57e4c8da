package io.kairos.images;

import static io.kairos.images.TestImages.directory;
import static io.kairos.images.TestImages.file;
import static io.kairos.images.TestImages.hardLink;
import static io.kairos.images.TestImages.paths;
import static io.kairos.images.TestImages.symlink;
import static io.kairos.images.TestImages.whiteout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import io.kairos.formats.tar.TarEntry;
import io.kairos.formats.tar.TarEntry.Kind;
import io.kairos.images.TestImages.Stack;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlattenedTest {
  @TempDir Path folder;

  private static String text(Flattened image, String path) {
    return new String(image.read(path).orElseThrow(), StandardCharsets.UTF_8);
  }

  @Test
  void upperLayersReplaceFilesAndDirectoriesMerge() {
    Flattened image =
        Stack.of(directory("etc"), file("etc/a", "low"), file("etc/b", "low"))
            .layer(directory("etc"), file("etc/a", "high"), file("etc/c", "high"))
            .flattened(folder);

    assertThat(paths(image)).containsExactly("etc", "etc/a", "etc/b", "etc/c");
    assertThat(text(image, "/etc/a")).isEqualTo("high");
    assertThat(text(image, "/etc/b")).isEqualTo("low");
  }

  @Test
  void whiteoutRemovesAFileOrAWholeTree() {
    Flattened image =
        Stack.of(file("a/b/c", "1"), file("a/d", "2"), file("e", "3"))
            .layer(whiteout("a/.wh.b"), whiteout(".wh.e"))
            .flattened(folder);

    assertThat(paths(image)).containsExactly("a", "a/d");
  }

  @Test
  void whiteoutSparesItsOwnLayerInEitherOrder() {
    Flattened before =
        Stack.of(file("a", "low"))
            .layer(whiteout(".wh.a"), file("a", "high"))
            .flattened(folder.resolve("."));
    assertThat(text(before, "/a")).isEqualTo("high");

    Flattened after =
        Stack.of(file("a", "low"))
            .layer(file("a", "high"), whiteout(".wh.a"))
            .flattened(folder.resolve("."));
    assertThat(text(after, "/a")).isEqualTo("high");
  }

  @Test
  void opaqueDirectoryHidesLowerLayersOnly() {
    Flattened image =
        Stack.of(file("d/low", "1"), file("d/sub/low", "1"))
            .layer(file("d/sub/high", "2"), directory("d"), whiteout("d/.wh..wh..opq"))
            .flattened(folder);

    assertThat(paths(image)).containsExactly("d", "d/sub", "d/sub/high");
  }

  @Test
  void whiteoutOfWhatIsNotThereIsNothing() {
    Flattened image =
        Stack.of(file("a", "1")).layer(whiteout(".wh.b"), whiteout("c/.wh.d")).flattened(folder);

    assertThat(paths(image)).containsExactly("a");
  }

  @Test
  void bookkeepingOfAufsIsIgnored() {
    assertThat(paths(Stack.of(directory(".wh..wh.plnk"), file("a", "1")).flattened(folder)))
        .containsExactly("a");
  }

  @Test
  void directoryMayBecomeAFileOrALinkInAnUpperLayer() {
    Flattened image =
        Stack.of(file("a/x", "1"), file("b/x", "1"))
            .layer(file("a", "now a file"), symlink("b", "a"))
            .flattened(folder);

    assertThat(paths(image)).containsExactly("a", "b");
    assertThat(text(image, "/b")).isEqualTo("now a file");
  }

  @Test
  void laterMetadataOfADirectoryWins() {
    Flattened image =
        Stack.of(directory("d"), file("d/a", "1"))
            .layer(new TestImages.Member(TarEntry.directory("d", 0700).ownedBy(5, 6), ""))
            .flattened(folder);

    assertThat(image.find("/d").orElseThrow())
        .extracting("mode", "uid", "gid")
        .containsExactly(0700, 5L, 6L);
    assertThat(image.exists("/d/a")).isTrue();
  }

  @Test
  void hardLinkSurvivesTheReplacementOfItsFirstName() {
    Flattened image =
        Stack.of(file("a", "shared"), hardLink("b", "a"), hardLink("c", "b"))
            .layer(file("a", "new"))
            .flattened(folder);

    assertThat(text(image, "/a")).isEqualTo("new");
    assertThat(text(image, "/c")).isEqualTo("shared");
    assertThat(image.entries())
        .filteredOn(entry -> entry.kind() == Kind.HARD_LINK)
        .extracting(TarEntry::name, TarEntry::linkTarget)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("c", "b"));
  }

  @Test
  void hardLinkMayPointIntoALowerLayer() {
    Flattened image = Stack.of(file("a", "low")).layer(hardLink("z/b", "a")).flattened(folder);

    assertThat(text(image, "/z/b")).isEqualTo("low");
  }

  @Test
  void namesWithDotSlashAreTheSameNames() {
    Flattened image =
        Stack.of(
                directory("."),
                directory("./etc"),
                file("./etc/a", "1"),
                hardLink("./b", "./etc/a"))
            .flattened(folder);

    assertThat(paths(image)).containsExactly("b", "etc", "etc/a");
  }

  @Test
  void entriesMayLieBelowALinkOfALowerLayer() {
    Flattened image =
        Stack.of(directory("usr/lib"), symlink("lib", "usr/lib"), symlink("abs", "/usr"))
            .layer(file("lib/a", "1"), file("abs/b", "2"))
            .flattened(folder);

    assertThat(paths(image)).containsExactly("abs", "lib", "usr", "usr/b", "usr/lib", "usr/lib/a");
  }

  @Test
  void readsThroughLinksInsideTheRoot() {
    Flattened image =
        Stack.of(
                file("boot/vmlinuz-6.12", "kernel"),
                symlink("boot/vmlinuz", "/boot/vmlinuz-6.12"),
                symlink("up", "../../../../boot"),
                symlink("loop", "loop"))
            .flattened(folder);

    assertThat(text(image, "/boot/vmlinuz")).isEqualTo("kernel");
    assertThat(text(image, "/up/vmlinuz")).isEqualTo("kernel");
    assertThat(image.realPath("/up/vmlinuz")).contains("/boot/vmlinuz-6.12");
    assertThat(image.list("/boot")).containsExactly("vmlinuz", "vmlinuz-6.12");
    assertThat(image.read("/loop")).isEmpty();
    assertThat(image.read("/boot")).isEmpty();
    assertThat(image.exists("/nothing")).isFalse();
  }

  @Test
  void extractsManyFilesInOnePass() throws Exception {
    Flattened image =
        Stack.of(file("a", "1"), file("b", "2"), symlink("c", "a"))
            .layer(file("d", "4"))
            .flattened(folder);

    image.extract(
        Map.of("/c", folder.resolve("c"), "/a", folder.resolve("a"), "/d", folder.resolve("d")));

    assertThat(folder.resolve("c")).hasContent("1");
    assertThat(folder.resolve("a")).hasContent("1");
    assertThat(folder.resolve("d")).hasContent("4");
    assertThatThrownBy(() -> image.extract(Map.of("/nothing", folder.resolve("n"))))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("/nothing");
  }

  @Test
  void readsAnArchiveOnItsOwn() throws Exception {
    Path tar = folder.resolve("root.tar");
    Files.write(tar, TestImages.tar(file("./etc/hostname", "node")));

    assertThat(text(Flattened.ofTar(tar), "/etc/hostname")).isEqualTo("node");
  }
}
