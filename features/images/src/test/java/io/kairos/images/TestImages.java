package io.kairos.images;

import io.kairos.formats.tar.TarEntry;
import io.kairos.formats.tar.TarWriter;
import io.kairos.host.Kernel;
import io.kairos.host.linux.LinuxHost;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Layouts made of hand-written layers, below a test's folder. */
final class TestImages {
  static final Kernel KERNEL = LinuxHost.here().kernel();
  static final Instant EPOCH = Instant.ofEpochSecond(1_700_000_000);
  static final Platform AMD64 = Platform.linux("amd64");

  private TestImages() {}

  /** A member with its content. */
  record Member(TarEntry entry, String content) {}

  static Member file(String name, String content) {
    int size = content.getBytes(StandardCharsets.UTF_8).length;
    return new Member(TarEntry.file(name, 0644, size), content);
  }

  static Member directory(String name) {
    return new Member(TarEntry.directory(name, 0755), "");
  }

  static Member symlink(String name, String target) {
    return new Member(TarEntry.symlink(name, target), "");
  }

  static Member hardLink(String name, String target) {
    return new Member(TarEntry.hardLink(name, target), "");
  }

  static Member whiteout(String name) {
    return file(name, "");
  }

  static byte[] tar(Member... members) {
    var out = new ByteArrayOutputStream();
    try (var tar = new TarWriter(out)) {
      for (Member member : members) {
        tar.add(
            member.entry(),
            new ByteArrayInputStream(member.content().getBytes(StandardCharsets.UTF_8)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Layers of an image, lowest first. */
  static final class Stack {
    private final List<byte[]> layers = new ArrayList<>();

    static Stack of(Member... lowest) {
      return new Stack().layer(lowest);
    }

    Stack layer(Member... members) {
      layers.add(tar(members));
      return this;
    }

    Path layout(Path folder) {
      return layout(folder, LayerCompression.GZIP);
    }

    Path layout(Path folder, LayerCompression compression) {
      Path layout = folder.resolve("layout");
      try (var builder = ImageBuilder.to(layout, AMD64, EPOCH, compression, KERNEL)) {
        for (byte[] layer : layers) {
          Path tar = Files.createTempFile(folder, "layer", ".tar");
          Files.write(tar, layer);
          builder.addTar(tar, "test");
        }
        builder.name("test").commit();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return layout;
    }

    Flattened flattened(Path folder) {
      return Flattened.of(OciLayout.open(layout(folder)).image());
    }
  }

  static List<String> paths(Flattened image) {
    return image.entries().stream().map(TarEntry::name).toList();
  }
}
