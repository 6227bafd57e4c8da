package io.kairos.images;

import static io.kairos.images.TestImages.directory;
import static io.kairos.images.TestImages.file;
import static io.kairos.images.TestImages.hardLink;
import static io.kairos.images.TestImages.paths;
import static io.kairos.images.TestImages.symlink;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.formats.tar.Octets;
import io.kairos.formats.tar.TarEntry;
import io.kairos.images.TestImages.Member;
import io.kairos.images.TestImages.Stack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootfsTarTest {
  @TempDir Path folder;

  private Flattened written(RootfsTar tar) throws IOException {
    Path file = folder.resolve("root.tar");
    try (var out = Files.newOutputStream(file)) {
      tar.writeTo(out);
    }
    return Flattened.ofTar(file);
  }

  private static String text(Flattened image, String path) {
    return new String(image.read(path).orElseThrow(), StandardCharsets.UTF_8);
  }

  @Test
  void holdsWhatTheLayersAddUpTo() throws IOException {
    Flattened image =
        Stack.of(directory("d"), file("d/a", "1"), hardLink("d/b", "d/a"), symlink("s", "d"))
            .layer(file("c", "3"))
            .flattened(folder);

    assertThat(written(new RootfsTar(image)).entries()).isEqualTo(image.entries());
  }

  @Test
  void addsReplacesAndRemoves() throws IOException {
    Flattened image = Stack.of(file("etc/a", "1"), file("var/log/x", "2")).flattened(folder);

    Flattened changed =
        written(
            new RootfsTar(image)
                .addFile("/etc/a", 0600, "new".getBytes(StandardCharsets.UTF_8))
                .addFile("/system/oem/b", 0644, "b".getBytes(StandardCharsets.UTF_8))
                .addDirectory("/proc", 0555)
                .addSymlink("/var/run", "/run")
                .remove("/var/log"));

    assertThat(paths(changed))
        .containsExactly(
            "etc", "etc/a", "proc", "system", "system/oem", "system/oem/b", "var", "var/run");
    assertThat(text(changed, "/etc/a")).isEqualTo("new");
    assertThat(changed.find("/proc").orElseThrow().mode()).isEqualTo(0555);
  }

  @Test
  void removedFileLivesOnInItsHardLinks() throws IOException {
    Flattened image =
        Stack.of(file("a", "shared"), hardLink("b", "a"), hardLink("c", "a")).flattened(folder);

    Flattened changed = written(new RootfsTar(image).remove("/a"));

    assertThat(paths(changed)).containsExactly("b", "c");
    assertThat(text(changed, "/c")).isEqualTo("shared");
  }

  @Test
  void timesAreClampedAndOnlyAttributesOfSquashfsAreKept() throws IOException {
    var attributes = new TreeMap<String, Octets>();
    attributes.put("security.capability", Octets.of(new byte[] {1, (byte) 0x80}));
    attributes.put("system.posix_acl_access", Octets.of(new byte[] {2}));
    TarEntry ping =
        TarEntry.file("ping", 0755, 0)
            .modifiedAt(Instant.ofEpochSecond(2_000_000_000))
            .withAttributes(attributes);
    Flattened image = Stack.of(new Member(ping, "")).flattened(folder);

    TarEntry found =
        written(new RootfsTar(image).clampedTo(TestImages.EPOCH)).find("/ping").orElseThrow();

    assertThat(found.modified()).isEqualTo(TestImages.EPOCH);
    assertThat(found.attributes()).containsOnlyKeys("security.capability");
    assertThat(found.attributes().get("security.capability").toArray()).containsExactly(1, 0x80);
  }

  @Test
  void whatCannotBeAddedIsABug() throws IOException {
    Flattened image = Stack.of(file("a", "1")).flattened(folder);

    assertThatThrownBy(() -> new RootfsTar(image).addDirectory("relative", 0755))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> written(new RootfsTar(image).addDirectory("/a/b", 0755)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/a is a FILE");
  }
}
