package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.formats.tar.TarEntry;
import io.kairos.images.FakeRegistry.Ranges;
import io.kairos.images.TestImages.Member;
import io.kairos.plan.StepProgress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of a new image only those files are fetched that no tree here has; the result is the same. */
class ChunkedPullTest {
  private static final int FILES = 120;

  @TempDir Path folder;
  private Path layout;
  private Path tree;
  private Path store;

  @BeforeEach
  void twoVersions() throws IOException {
    Path old = Files.createDirectories(folder.resolve("old"));
    tree = folder.resolve("tree");
    store = folder.resolve("store");
    new Unpacker(TestImages.KERNEL, UnpackOptions.TO_LOOK_AT).unpack(image(1).flattened(old), tree);
    layout = image(2).layout(folder, LayerCompression.ZSTD_CHUNKED);
  }

  /** One package differs: six files of a hundred and twenty. */
  private static TestImages.Stack image(int version) {
    List<Member> members = new ArrayList<>();
    members.add(TestImages.directory("usr"));
    members.add(TestImages.directory("usr/bin"));
    for (int i = 0; i < FILES; i++) {
      int seed = i % 20 == 0 ? i + 1000 * version : i;
      members.add(TestImages.file("usr/bin/p%03d".formatted(i), noise(seed, 3000 + 50 * i)));
    }
    members.add(TestImages.file("usr/empty", ""));
    members.add(TestImages.symlink("bin", "usr/bin"));
    members.add(TestImages.hardLink("usr/bin/zz", "usr/bin/p001"));
    TarEntry owned = TarEntry.file("usr/näme", 04755, 3).ownedBy(1000, 3_000_000);
    members.add(new Member(owned, "abc"));
    return TestImages.Stack.of(members.toArray(Member[]::new))
        .layer(TestImages.file("etc/version", "v" + version), TestImages.whiteout("usr/.wh.empty"));
  }

  private static String noise(int seed, int size) {
    byte[] octets = new byte[size];
    new Random(seed).nextBytes(octets);
    for (int i = 0; i < size; i++) {
      octets[i] = (byte) (' ' + (octets[i] & 63));
    }
    return new String(octets, StandardCharsets.US_ASCII);
  }

  private PulledImage pull(FakeRegistry registry, Path... trees) {
    return pull(registry, RegistryTest.AT_ONCE, trees);
  }

  private PulledImage pull(FakeRegistry registry, RetryPolicy policy, Path... trees) {
    return new ImagePull(RegistryAccess.with(RegistryLogins.none()).with(policy))
        .pull(
            new PullRequest(registry.image("2"), TestImages.AMD64, store).reusing(List.of(trees)),
            StepProgress.IGNORED);
  }

  private FakeRegistry registry() throws IOException {
    return new FakeRegistry(false).push("2", layout);
  }

  private void assertSame(PulledImage pulled) {
    Flattened whole = Flattened.of(OciLayout.open(layout).image());
    assertThat(pulled.root().entries()).isEqualTo(whole.entries());
    assertThat(contents(pulled.root())).isEqualTo(contents(whole));
  }

  private static Map<String, String> contents(Flattened image) {
    Map<String, String> contents = new TreeMap<>();
    image.eachFile(
        (file, in) ->
            contents.put(file.name(), new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)));
    return contents;
  }

  @Test
  void onlyWhatIsNewIsFetched() throws IOException {
    try (var registry = registry()) {
      PulledImage pulled = pull(registry, tree);
      assertSame(pulled);
      assertThat(pulled.fetched().count()).isLessThan(pulled.size().count() / 5);
      assertThat(pulled.reused().plus(pulled.fetched())).isEqualTo(pulled.size());
      assertThat(pulled.image().layers().getFirst().assembly()).isPresent();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Ranges.class,
      names = {"SINGLE", "SEVERAL"})
  void partsComeOneByOneOrSeveralAtOnce(Ranges ranges) throws IOException {
    try (var registry = registry().giving(ranges)) {
      PulledImage pulled = pull(registry, tree);
      assertSame(pulled);
      assertThat(pulled.fetched().count()).isLessThan(pulled.size().count() / 2);
    }
  }

  @Test
  void aRegistryWithoutRangesGivesTheWholeLayer() throws IOException {
    try (var registry = registry().giving(Ranges.NONE)) {
      PulledImage pulled = pull(registry, tree);
      assertSame(pulled);
      assertThat(pulled.image().layers()).noneMatch(layer -> layer.assembly().isPresent());
    }
  }

  @Test
  void withoutATreeEverythingIsFetched() throws IOException {
    try (var registry = registry()) {
      assertSame(pull(registry));
      store = folder.resolve("other");
      Path empty = Files.createDirectory(folder.resolve("empty"));
      assertSame(pull(registry, empty));
    }
  }

  @Test
  void anOrdinaryLayerIsFetchedWhole() throws IOException {
    Path gzip = Files.createDirectory(folder.resolve("gzip"));
    try (var registry = new FakeRegistry(false).push("2", image(2).layout(gzip))) {
      assertSame(pull(registry, tree));
    }
  }

  @Test
  void aFileThatSomebodyChangedIsFetched() throws IOException {
    Path changed = tree.resolve("usr/bin/p001");
    byte[] content = Files.readAllBytes(changed);
    content[5] ^= 1;
    Files.write(changed, content);
    Files.delete(tree.resolve("usr/bin/p002"));
    Files.createDirectory(tree.resolve("usr/bin/p002"));
    try (var registry = registry()) {
      assertSame(pull(registry, tree));
    }
  }

  @Test
  void aFileThatMovedIsFoundByItsSize() throws IOException {
    Path far = Files.createDirectories(tree.resolve("opt/far"));
    Path big = Files.createDirectory(folder.resolve("big"));
    String content = noise(77, 200_000);
    layout =
        TestImages.Stack.of(
                TestImages.file("here", content), TestImages.file("new", noise(78, 9_000)))
            .layout(big, LayerCompression.ZSTD_CHUNKED);
    Files.writeString(far.resolve("there"), content);
    try (var registry = registry()) {
      PulledImage pulled = pull(registry, tree);
      assertSame(pulled);
      assertThat(pulled.fetched().count()).isLessThan(20_000);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 50, 500, 3_000})
  void aLineThatBreaksLosesLittle(int cut) throws IOException {
    try (var registry = registry()) {
      var impatient = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);
      // the configuration comes first, then tables of contents, then parts; but of one layer the
      // parts may come before the table of the other
      registry.cuttingAfter(100_000, 100_000, 100_000, cut, cut, cut, cut, cut, cut);
      assertThatThrownBy(() -> pull(registry, impatient, tree)).isInstanceOf(HostFailure.class);
      registry.cuttingNoMore();
      PulledImage pulled = pull(registry, tree);
      assertSame(pulled);
      assertThat(pulled.fetched().count()).isLessThan(pulled.size().count() / 5);
    }
  }

  @Test
  void aLayerWhoseTableIsWrongIsFetchedWhole() throws IOException {
    StoredLayer layer = OciLayout.open(layout).image().layers().getFirst();
    byte[] blob = Files.readAllBytes(layer.blob());
    long at = ChunkedLayout.of(layer.descriptor()).orElseThrow().toc().from();
    try (var registry = registry().damagingPartsFrom((int) at)) {
      assertThat(blob.length).isGreaterThan((int) at);
      assertSame(pull(registry, tree));
    }
  }

  @Test
  void aPartThatIsDamagedIsNotKept() throws IOException {
    try (var registry = registry().damagingPartsFrom(0)) {
      PulledImage pulled = pull(registry, tree);
      assertSame(pulled);
      assertThat(pulled.image().layers()).noneMatch(layer -> layer.assembly().isPresent());
    }
  }

  @Test
  void whatChangesWhileItIsPutTogetherIsNoticed() throws IOException {
    try (var registry = registry()) {
      StoredImage image = pull(registry, tree).image();
      Files.writeString(tree.resolve("usr/bin/p003"), "another");
      assertThatThrownBy(() -> Flattened.of(image)).hasMessageContaining("layer 1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"usr/bin/p003", "usr/bin/p001"})
  void whatChangesBeforeItIsUnpackedIsNoticed(String file) throws IOException {
    try (var registry = registry()) {
      Flattened root = pull(registry, tree).root();
      Path changed = tree.resolve(file);
      byte[] content = Files.readAllBytes(changed);
      content[content.length - 1] ^= 1;
      Files.write(changed, content);
      assertThatThrownBy(() -> contents(root)).hasMessageContaining(changed + " changed");
    }
  }

  @Test
  void theSameArchiveGivesTheSameLayer() throws IOException {
    Path again = Files.createDirectory(folder.resolve("again"));
    assertThat(
            OciLayout.open(image(2).layout(again, LayerCompression.ZSTD_CHUNKED)).image().digest())
        .isEqualTo(OciLayout.open(layout).image().digest());
  }

  @Test
  void largeFilesAreCompressedAsTheyCome() throws IOException {
    Path large = Files.createDirectory(folder.resolve("large"));
    layout =
        TestImages.Stack.of(
                TestImages.file("a", "small"),
                TestImages.file("b", noise(5, 9 << 20)),
                TestImages.file("c", noise(6, 40_000)))
            .layout(large, LayerCompression.ZSTD_CHUNKED);
    Files.writeString(tree.resolve("b"), noise(5, 9 << 20));
    try (var registry = registry()) {
      PulledImage pulled = pull(registry, tree);
      assertSame(pulled);
      assertThat(pulled.fetched().count()).isLessThan(60_000);
    }
  }
}
