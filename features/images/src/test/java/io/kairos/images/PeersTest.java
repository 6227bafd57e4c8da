package io.kairos.images;

import static io.kairos.images.TestImages.AMD64;
import static io.kairos.images.TestImages.EPOCH;
import static io.kairos.images.TestImages.KERNEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.formats.tar.TarEntry;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our images against the programs that everybody else uses. */
class PeersTest {
  private static final LinuxHost HOST = LinuxHost.here();

  @TempDir Path folder;
  private Path root;
  private Path layout;

  @BeforeEach
  void anImageOfTwoLayers() throws IOException {
    assumeTrue(FileFacts.of(Path.of("/proc/self")).uid() == 0, "needs root for device nodes");
    root = Files.createDirectory(folder.resolve("root"));
    Files.createDirectories(root.resolve("etc"));
    Files.writeString(root.resolve("etc/hostname"), "node");
    Files.writeString(root.resolve("etc/gone"), "gone");
    Files.createDirectories(root.resolve("usr/bin"));
    Files.writeString(root.resolve("usr/bin/ä"), "tool");
    Files.createLink(root.resolve("usr/bin/alias"), root.resolve("usr/bin/ä"));
    Files.createSymbolicLink(root.resolve("bin"), Path.of("usr/bin"));
    KERNEL.makeNode(root.resolve("null"), FileFacts.S_IFCHR | 0666, 1, 3);
    Files.setAttribute(root.resolve("null"), "unix:mode", 0666);
    KERNEL.setExtendedAttribute(root.resolve("usr/bin/ä"), "user.x", new byte[] {1, (byte) 0x80});
    layout = folder.resolve("layout");
    try (var builder = ImageBuilder.to(layout, AMD64, EPOCH, LayerCompression.GZIP, KERNEL)) {
      builder.addTree(root, Set.of(), "base");
      Snapshot before = Snapshot.of(root);
      Files.delete(root.resolve("etc/gone"));
      Files.writeString(root.resolve("etc/new"), "new");
      builder.addChanges(before, root, Set.of(), "changes").name("test").commit();
    }
  }

  private static void needs(String program) {
    assumeTrue(HOST.hasProgram(program), program + " is not installed");
  }

  @Test
  void umociUnpacksWhatWeUnpack() {
    needs("umoci");
    Path bundle = folder.resolve("bundle");
    HOST.run(Command.of("umoci", "raw", "unpack", "--image", layout + ":test", bundle.toString()));
    Path ours = folder.resolve("ours");
    new Unpacker(KERNEL, UnpackOptions.ROOT_FILE_SYSTEM)
        .unpack(Flattened.of(OciLayout.open(layout).image()), ours);

    var out = new ByteArrayOutputStream();
    new Packer(KERNEL, EPOCH).pack(ours, Set.of(), out);
    var theirs = new ByteArrayOutputStream();
    new Packer(KERNEL, EPOCH).pack(bundle, Set.of(), theirs);
    assertThat(theirs.toByteArray()).isEqualTo(out.toByteArray());
  }

  @Test
  void skopeoCopiesOurImageAndWeReadItsCopies() {
    needs("skopeo");
    Flattened ours = Flattened.of(OciLayout.open(layout).image());
    Path oci = folder.resolve("oci");
    HOST.run(
        Command.of(
            "skopeo",
            "--insecure-policy",
            "copy",
            "oci:" + layout + ":test",
            "oci:" + oci + ":copy"));

    StoredImage copy = OciLayout.open(oci).image();
    assertThat(Flattened.of(copy).entries()).isEqualTo(ours.entries());
    assertThat(copy.config()).isEqualTo(OciLayout.open(layout).image().config());
  }

  @Test
  void zstdLayersOfSkopeoAreRead() {
    needs("skopeo");
    Path oci = folder.resolve("zstd");
    HOST.run(
        Command.of(
            "skopeo",
            "--insecure-policy",
            "copy",
            "--dest-compress-format",
            "zstd",
            "oci:" + layout + ":test",
            "oci:" + oci + ":copy"));

    assertThat(Flattened.of(OciLayout.open(oci).image()).entries())
        .isEqualTo(Flattened.of(OciLayout.open(layout).image()).entries());
  }

  @Test
  void gnuTarReadsOurArchivesAndWeReadIts() throws IOException {
    needs("tar");
    Path tar = folder.resolve("gnu.tar");
    for (String format : new String[] {"pax", "gnu"}) {
      HOST.run(
          Command.of(
              "tar",
              "--format=" + format,
              "--xattrs",
              "--numeric-owner",
              "-cf",
              tar.toString(),
              "-C",
              root.toString(),
              "."));
      assertThat(Flattened.ofTar(tar).entries().stream().map(TarEntry::name))
          .containsExactlyElementsOf(
              TestImages.paths(Flattened.of(OciLayout.open(layout).image())));
    }
    try (var out = Files.newOutputStream(tar)) {
      new Packer(KERNEL, EPOCH).pack(root, Set.of(), out);
    }
    assertThat(HOST.run(Command.of("tar", "-tf", tar.toString())).stdout())
        .contains("usr/bin/alias", "bin", "null");
  }

  @Test
  void squashfsOfTheMergedTarIsTheSameTwiceAndWhole() throws IOException {
    needs("mksquashfs");
    needs("unsquashfs");
    Flattened image = Flattened.of(OciLayout.open(layout).image());
    byte[] once = squashfs(image, "once");

    assertThat(squashfs(image, "twice")).isEqualTo(once);
    String listing =
        HOST.run(Command.of("unsquashfs", "-lln", folder.resolve("once").toString())).stdout();
    assertThat(listing)
        .containsPattern("crw-rw-rw- 0/0 +1, +3 .*squashfs-root/null")
        .contains("squashfs-root/bin -> usr/bin", "squashfs-root/run", "squashfs-root/etc/added")
        .containsPattern("drwxr-xr-x .*2023-11-14 22:13 squashfs-root\n")
        .doesNotContain("etc/gone");
  }

  private byte[] squashfs(Flattened image, String name) throws IOException {
    var tar =
        new RootfsTar(image)
            .clampedTo(EPOCH)
            .addDirectory("/run", 0755)
            .addFile("/etc/added", 0644, new byte[] {1})
            .addSymlink("/etc/mtab", "../proc/mounts");
    Path file = folder.resolve(name);
    HOST.run(
        Command.of("mksquashfs", "-", file.toString(), "-tar", "-no-progress", "-root-mode", "0755")
            .env("SOURCE_DATE_EPOCH", "1700000000")
            .stdin(tar::writeTo));
    return Files.readAllBytes(file);
  }
}
