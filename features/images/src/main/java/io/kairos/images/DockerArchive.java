package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.formats.tar.TarEntry;
import io.kairos.formats.tar.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Makes of a root file system's archive what {@code docker load} reads: an image of one layer. Same
 * inputs, same octets.
 */
public final class DockerArchive {
  private static final int MODE = 0644;
  private static final int GZIP = 0x1f8b;

  private DockerArchive() {}

  /**
   * @param root archive of the files; plain or gzip
   * @param reference what the image is called; without a tag it gets {@code latest}
   * @param target replaced only by a whole archive
   * @throws Refused when there is no such archive
   */
  public static void write(
      Path root, String reference, Platform platform, Instant created, Path target) {
    if (!Files.isRegularFile(root)) {
      throw new Refused("there is no archive " + root, "name the tar of a root file system");
    }
    Path whole = target.toAbsolutePath();
    Path plain = whole.resolveSibling("." + whole.getFileName() + ".layer");
    Path partial = whole.resolveSibling("." + whole.getFileName() + ".partial");
    try {
      try (InputStream in = opened(root)) {
        Files.copy(in, plain, StandardCopyOption.REPLACE_EXISTING);
      }
      Digest layer = Digest.sha256(plain);
      byte[] config = config(layer, platform, created);
      String configName = Digest.sha256(config).hex() + ".json";
      String layerName = layer.hex() + "/layer.tar";
      Map<String, Object> manifest = new LinkedHashMap<>();
      manifest.put("Config", configName);
      manifest.put("RepoTags", List.of(tagged(reference)));
      manifest.put("Layers", List.of(layerName));
      try (OutputStream out = Files.newOutputStream(partial);
          TarWriter tar = new TarWriter(out)) {
        add(tar, configName, config, created);
        tar.add(TarEntry.directory(layer.hex(), 0755).modifiedAt(created));
        try (InputStream in = Files.newInputStream(plain)) {
          tar.add(TarEntry.file(layerName, MODE, Files.size(plain)).modifiedAt(created), in);
        }
        add(tar, "manifest.json", utf8(Json.write(List.of(manifest))), created);
      }
      Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new HostFailure("cannot make " + target + " of " + root, e);
    } finally {
      delete(plain);
      delete(partial);
    }
  }

  private static void delete(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw new HostFailure("cannot remove " + temporary, e);
    }
  }

  private static InputStream opened(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(2);
    }
    boolean isGzip = head.length == 2 && ((head[0] & 0xff) << 8 | (head[1] & 0xff)) == GZIP;
    InputStream in = Files.newInputStream(file);
    return isGzip ? new GZIPInputStream(in, 1 << 16) : in;
  }

  private static byte[] config(Digest layer, Platform platform, Instant created) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architecture", platform.architecture());
    config.put("config", Map.of());
    config.put("created", created.toString());
    config.put("os", platform.os());
    Map<String, Object> rootfs = new LinkedHashMap<>();
    rootfs.put("diff_ids", List.of(layer.toString()));
    rootfs.put("type", "layers");
    config.put("rootfs", rootfs);
    return utf8(Json.write(config));
  }

  private static String tagged(String reference) {
    return reference.indexOf(':', reference.lastIndexOf('/') + 1) >= 0
        ? reference
        : reference + ":latest";
  }

  private static void add(TarWriter tar, String name, byte[] content, Instant time)
      throws IOException {
    tar.add(
        TarEntry.file(name, MODE, content.length).modifiedAt(time),
        new ByteArrayInputStream(content));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
