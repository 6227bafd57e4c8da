package io.kairos.images;

import static io.kairos.images.TestImages.AMD64;
import static io.kairos.images.TestImages.EPOCH;
import static io.kairos.images.TestImages.KERNEL;
import static io.kairos.images.TestImages.paths;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import io.kairos.formats.tar.TarEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackerTest {
  @TempDir Path folder;
  private Path root;
  private final Packer packer = new Packer(KERNEL, EPOCH);

  @BeforeEach
  void aTree() throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    write("etc/hostname", "node");
    write("usr/bin/tool", "tool");
    Files.createLink(root.resolve("usr/bin/alias"), root.resolve("usr/bin/tool"));
  }

  private void write(String path, String content) throws IOException {
    Files.createDirectories(root.resolve(path).getParent());
    Files.writeString(root.resolve(path), content);
  }

  private byte[] packed(Path tree, String... excluded) {
    var out = new ByteArrayOutputStream();
    packer.pack(tree, Set.of(excluded), out);
    return out.toByteArray();
  }

  private Flattened read(byte[] tar) throws IOException {
    Path file = Files.createTempFile(folder, "packed", ".tar");
    Files.write(file, tar);
    return Flattened.ofTar(file);
  }

  private List<String> changes(Snapshot before) throws IOException {
    var out = new ByteArrayOutputStream();
    packer.packChanges(before, root, Set.of(), out);
    var reader =
        new io.kairos.formats.tar.TarReader(new java.io.ByteArrayInputStream(out.toByteArray()));
    var names = new ArrayList<String>();
    for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
      names.add(entry.get().name());
    }
    return names;
  }

  @Test
  void pathsAreSortedByOctets() throws IOException {
    write("usr-x", "");
    write("usr.d/ä", "");
    write("usr.d/z", "");

    assertThat(paths(read(packed(root))))
        .containsExactly(
            "etc",
            "etc/hostname",
            "usr",
            "usr-x",
            "usr.d",
            "usr.d/z",
            "usr.d/ä",
            "usr/bin",
            "usr/bin/alias",
            "usr/bin/tool");
  }

  @Test
  void orderOfCreationMakesNoDifference() throws IOException {
    var names = new ArrayList<String>();
    for (int i = 0; i < 300; i++) {
      names.add("d" + i % 7 + "/f" + i);
    }
    byte[][] results = new byte[2][];
    for (int run = 0; run < 2; run++) {
      root = Files.createDirectory(folder.resolve("run" + run));
      Collections.shuffle(names, new Random(run));
      for (String name : names) {
        write(name, "content of " + name);
      }
      results[run] = packed(root);
    }
    assertThat(results[0]).isEqualTo(results[1]);
  }

  @Test
  void timesAreClampedAndWhole() throws IOException {
    Files.setLastModifiedTime(
        root.resolve("etc/hostname"), FileTime.from(Instant.parse("2001-02-03T04:05:06.789Z")));

    Flattened image = read(packed(root));

    assertThat(image.find("/etc/hostname").orElseThrow().modified())
        .isEqualTo(Instant.parse("2001-02-03T04:05:06Z"));
    assertThat(image.find("/usr/bin/tool").orElseThrow().modified()).isEqualTo(EPOCH);
  }

  @Test
  void socketsAreDroppedAndExclusionsLeftOut() throws IOException {
    try (var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(root.resolve("etc/socket")));
      assertThat(paths(read(packed(root, "/usr/bin"))))
          .containsExactly("etc", "etc/hostname", "usr");
    }
  }

  @Test
  void nameThatMeansADeletionIsRefused() throws IOException {
    write("etc/.wh.x", "");

    assertThatThrownBy(() -> packed(root))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("etc/.wh.x cannot be part of a layer");
  }

  @Test
  void anArchiveIsWholeOrTheOneBefore() throws IOException {
    Path archives = Files.createDirectory(folder.resolve("archives"));
    Path archive = archives.resolve("root.tar");
    packer.archive(root, archive);
    byte[] whole = packed(root);
    assertThat(archive).hasBinaryContent(whole);

    write("usr/share/.wh.x", "");
    assertThatThrownBy(() -> packer.archive(root, archive)).isInstanceOf(Refused.class);

    assertThat(archive).hasBinaryContent(whole);
    assertThat(archives.toFile().list()).containsExactly("root.tar");
  }

  @Test
  void nothingChangedIsAnEmptyLayer() throws IOException {
    assertThat(changes(Snapshot.of(root))).isEmpty();
  }

  @Test
  void changesAreWhatWasAddedChangedOrDeleted() throws IOException {
    write("var/cache/a", "gone");
    write("var/cache/deep/b", "gone");
    write("var/keep", "stays");
    Snapshot before = Snapshot.of(root);

    write("etc/hostname", "edon"); // same size
    write("etc/new", "new");
    for (String gone : List.of("var/cache/deep/b", "var/cache/deep", "var/cache/a", "var/cache")) {
      Files.delete(root.resolve(gone));
    }

    assertThat(changes(before))
        .containsExactly("etc", "etc/hostname", "etc/new", "var", "var/.wh.cache");
  }

  @Test
  void changedMetadataIsAChange() throws IOException {
    Snapshot before = Snapshot.of(root);
    Files.setAttribute(root.resolve("usr/bin"), "unix:mode", 0700);

    assertThat(changes(before)).containsExactly("usr/bin");
  }

  @Test
  void changedHardLinkComesWithAllItsNames() throws IOException {
    Snapshot before = Snapshot.of(root);
    Files.writeString(root.resolve("usr/bin/tool"), "changed");

    assertThat(changes(before)).containsExactly("usr/bin/alias", "usr/bin/tool");
  }

  @Test
  void changedKindsReplaceEachOther() throws IOException {
    write("was/directory/a", "");
    write("was/file", "");
    Snapshot before = Snapshot.of(root);
    Files.delete(root.resolve("was/directory/a"));
    Files.delete(root.resolve("was/directory"));
    Files.delete(root.resolve("was/file"));
    write("was/directory", "now a file");
    write("was/file/a", "now a directory");

    assertThat(changes(before)).containsExactly("was", "was/directory", "was/file", "was/file/a");
  }

  @Test
  void layersOfBaseAndChangesAddUpToTheTree() throws IOException {
    write("var/gone", "1");
    Path layout = folder.resolve("layout");
    try (var builder = ImageBuilder.to(layout, AMD64, EPOCH, LayerCompression.GZIP, KERNEL)) {
      builder.addTree(root, Set.of(), "base");
      Snapshot before = Snapshot.of(root);
      Files.delete(root.resolve("var/gone"));
      write("etc/hostname", "other");
      write("etc/kairos-release", "KAIROS_VERSION=\"v1\"");
      builder.addChanges(before, root, Set.of(), "changes").commit();
    }
    Flattened image = Flattened.of(OciLayout.open(layout).image());

    assertThat(image.entries()).isEqualTo(read(packed(root)).entries());
  }

  @Test
  void imageIsTheSameTwiceAndReplacesWhatWasThere() throws IOException {
    Path layout = folder.resolve("layout");
    Descriptor first = build(layout);
    Files.writeString(layout.resolve("left-over"), "old");
    Descriptor second = build(layout);

    assertThat(second).isEqualTo(first);
    assertThat(layout.resolve("left-over")).doesNotExist();
    try (var children = Files.list(folder)) {
      assertThat(children.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("root", "layout");
    }
  }

  private Descriptor build(Path layout) {
    try (var builder = ImageBuilder.to(layout, AMD64, EPOCH, LayerCompression.GZIP, KERNEL)) {
      return builder
          .addTree(root, Set.of(), "test")
          .label("io.kairos.flavor", "debian")
          .annotation("org.opencontainers.image.version", "v1")
          .name("debian:13")
          .commit();
    }
  }

  @Test
  void abandonedBuildLeavesNothing() throws IOException {
    try (var builder =
        ImageBuilder.to(folder.resolve("layout"), AMD64, EPOCH, LayerCompression.NONE, KERNEL)) {
      builder.addTree(root, Set.of(), "test");
    }
    try (var children = Files.list(folder)) {
      assertThat(children.map(p -> p.getFileName().toString())).containsExactly("root");
    }
  }

  @Test
  void baseLayersStayOctetForOctet() throws IOException {
    Path layout = folder.resolve("base");
    build(layout);
    StoredImage base = OciLayout.open(layout).image();
    Path derived = folder.resolve("derived");
    try (var builder = ImageBuilder.to(derived, AMD64, EPOCH, LayerCompression.GZIP, KERNEL)) {
      Snapshot before = Snapshot.of(root);
      write("etc/new", "new");
      builder.base(base).addChanges(before, root, Set.of(), "more").commit();
    }
    StoredImage image = OciLayout.open(derived).image();

    assertThat(image.layers().getFirst().descriptor())
        .isEqualTo(base.layers().getFirst().descriptor());
    assertThat(image.config().labels()).isEqualTo(Map.of("io.kairos.flavor", "debian"));
    assertThat(Flattened.of(image).entries()).extracting(TarEntry::name).contains("etc/new");
  }
}
